"""The summaries of a run for TensorBoard, in `<run>/tensorboard`: those of the tutorial, and more.

    train/                  every step's loss, accuracy, weights and gradients; pictures, histograms, graph, traces
    test/, validation/      the same at every evaluation, as far as there is something to show
    hparams/                settings and results for the table of runs, the layout of the curves, a text about the run
    projector_config.pbtxt  the embedding projector, with the arrays and pictures that it shows

docs/tensorboard.md lists every tag. Nothing here changes a weight, and a run that was killed and resumed has the same
curves as one that was not.
"""
