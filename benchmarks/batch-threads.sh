#!/bin/sh
# How many images per second does one machine train, as one run or as several at once?
#
#   command   benchmarks/batch-threads.sh [rounds]
#   prints    a line for each arrangement and round: processes x threads, images/s of all processes together
#
# The arrangements take turns, so that other work on the machine meets all of them. Only training steps count, not
# starting TensorFlow (which runs that are started at once do at once) and not evaluating.
set -eu
log_dir=$(mktemp -d)
trap 'rm -rf "$log_dir"' EXIT
train() {
  mnistcnn train --quiet --json --log-dir "$log_dir" --steps 200 --seed "$2" --set threads="$1" \
    --set eval_every=200 --set report_every=200 --set checkpoints.every=1000 |
    jq 'select(.event == "run_finished").images_per_second'
}
measure() {
  for process in $(seq "$1"); do train "$2" "$process" & done | jq -s "add | round | \"$1 x $2: \\(.) images/s\"" -r
}
for round in $(seq "${1:-3}"); do
  measure 1 2
  measure 2 1
  measure 2 2
done
