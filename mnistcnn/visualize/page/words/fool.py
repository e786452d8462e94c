"""The words of the section in which the network is fooled."""

WORDS = {
    "fool-title": "Fool it",
    "fool-sentence": "Choose what the network should answer to the digit on the pad: the page looks for the smallest "
    "change of its pixels, and for the smallest square to erase, that make it answer that.",
    "fool-target": "It should say",
    "fool-start": "Find the smallest change",
    "fool-searching": "Searching … {share}",
    "fool-changed": "With a change of length {length}, in which no pixel changes by more than {most} of the ink’s "
    "range, it says {digit} ({probability}).",
    "fool-no-change": "No change was found that makes it say {target}.",
    "fool-erased": "With {side} × {side} pixels erased, it says {digit} ({probability}).",
    "fool-no-spot": "None of the squares that were tried makes it say {target} when it is erased.",
    "fool-change-title": "The change",
    "fool-change-sentence": "Orange adds ink, blue takes it away, each scaled to the strongest change.",
    "fool-fooled-title": "The changed digit",
    "fool-erased-title": "The erased square",
    "fool-load": "Put this on the pad",
    "fool-name": "a digit changed to fool the network",
}
