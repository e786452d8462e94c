#!/bin/bash
#SBATCH --job-name=mnistcnn
#SBATCH --array=0-9
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=00:30:00
#SBATCH --output=slurm-%A_%a.log
#SBATCH --signal=TERM@60
# One run for each task of the array; the number of the task is the seed.
#
#   command   sbatch examples/slurm-array.sh [options of `mnistcnn train`…]
#   then      mnistcnn runs --filter name="array-$JOB-*", or sacct -j $JOB for the exit codes
#
# Slurm sends SIGTERM a minute before the time is over: the run then saves itself and can be resumed.
# Fetch the data before (`mnistcnn data --fetch`), because nodes seldom have a network.
set -eu
job=${SLURM_ARRAY_JOB_ID:-local}
exec srun mnistcnn train --quiet \
  --seed "$SLURM_ARRAY_TASK_ID" --name "array-$job-$SLURM_ARRAY_TASK_ID" \
  --set threads="${SLURM_CPUS_PER_TASK:-1}" "$@"
