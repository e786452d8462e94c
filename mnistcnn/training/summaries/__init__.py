"""What TensorBoard shows of a run, in `<run>/tensorboard`: everything that the tutorial showed, and more.

    train/                  every step's loss, accuracy, weights and gradients; pictures, histograms, graph, traces
    test/, validation/      the same at every evaluation, as far as there is something to show
    hparams/                the settings and the results, so that TensorBoard compares many runs in one table
    projector_config.pbtxt  the embedding projector, with the arrays and pictures that it shows

docs/tensorboard.md lists every tag. Nothing here changes a weight, and a run that was killed and resumed has the same
curves as one that was not.
"""
