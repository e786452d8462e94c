#!/bin/sh
# Several learning rates, one run after the other; a run that fails does not hide, and does not stop the rest.
#
#   command   examples/shell-loop.sh [options of `mnistcnn train`…]
#   settings  RATES="5e-5 1e-4 2e-4"
#   then      mnistcnn runs --filter name='rate-*' --sort test_accuracy
#
# For seeds instead of learning rates there is `mnistcnn train --seeds 0-9`, which starts TensorFlow only once.
code=0
for rate in ${RATES:-5e-5 1e-4 2e-4}; do
  mnistcnn train --quiet --learning-rate "$rate" --name "rate-$rate" "$@"
  status=$?
  case $status in
    0) ;;
    130 | 143) exit "$status" ;; # Stopped by you: do not begin the next one.
    *) echo "learning rate $rate: exit code $status" >&2; code=$status ;;
  esac
done
exit "$code"
