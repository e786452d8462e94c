"""What all pictures share: the sheet they are drawn on, colours and scales, text, captions."""
