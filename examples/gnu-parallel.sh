#!/bin/sh
# Several runs at once, as many as there are cores, each on one of them (docs/batch-runs.md: when that pays).
#
#   command   examples/gnu-parallel.sh [options of `mnistcnn train`…]
#   settings  RATES="5e-5 1e-4 2e-4"  SEEDS="0 1 2"  JOBS=2
#   needs     GNU parallel (apt install parallel; brew install parallel)
#   then      cat parallel.log, and mnistcnn runs --sort test_accuracy
#
# --joblog remembers what is done: the same command again, with PARALLEL="--resume-failed", repeats only what failed.
# The exit code is the number of runs that failed.
exec parallel --quote --jobs "${JOBS:-100%}" --joblog "${JOBLOG:-parallel.log}" --will-cite \
  mnistcnn train --quiet --set threads=1 --learning-rate '{1}' --seed '{2}' "$@" \
  ::: ${RATES:-5e-5 1e-4 2e-4} ::: ${SEEDS:-0 1 2}
