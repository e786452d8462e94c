"""Adam, in one fused kernel for each variable, with decoupled weight decay; and the average of the weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray


class Adam(tf.Module):
    """Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1.

    In the form that the paper gives at the end of its section 2, as TensorFlow's kernel has it: epsilon stands
    beside the uncorrected √v. The powers of the betas are computed from the step, so the slots are the whole state.

    With `weight_decay` λ, each update at the rate η first takes ηλ of every weight away, but not of biases: Loshchilov
    and Hutter, "Decoupled Weight Decay Regularization" (2019), algorithm 2, with the rate in the decay as well, as
    PyTorch and Keras have it.

    Args:
        parameters: the variables to train, by name; those that end in `/weights` decay.
        weight_decay: λ; 0 turns it off.
    """

    def __init__(
        self,
        parameters: Mapping[str, tf.Variable],
        *,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(name="adam")
        self.weight_decay = weight_decay
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.parameters = dict(parameters)
        self.first_moments = _zeros_beside(self.parameters, "m")
        self.second_moments = _zeros_beside(self.parameters, "v")

    def apply(self, gradients: Mapping[str, tf.Tensor], step: tf.Tensor, learning_rate: tf.Tensor) -> None:
        """Update every variable in place, by its handle: under a strategy, the copy of the device that this runs on.

        Args:
            gradients: by the name of the variable, of its shape and dtype.
            step: int32 scalar, the number of updates made before this one.
            learning_rate: float32 scalar.
        """
        updates = tf.cast(step + 1, tf.float64)
        beta_1_power = tf.cast(tf.pow(tf.constant(self.beta_1, tf.float64), updates), tf.float32)
        beta_2_power = tf.cast(tf.pow(tf.constant(self.beta_2, tf.float64), updates), tf.float32)
        for name, variable in self.parameters.items():
            if self.weight_decay and name.endswith("/weights"):
                decayed = variable * (1.0 - learning_rate * self.weight_decay)
                tf.raw_ops.AssignVariableOp(resource=variable.handle, value=decayed)
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self.first_moments[name].handle,
                v=self.second_moments[name].handle,
                beta1_power=beta_1_power,
                beta2_power=beta_2_power,
                lr=learning_rate,
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
                grad=gradients[name],
            )

    def read(self) -> dict[str, NDArray[np.float32]]:
        """A copy of the slots, as `m/<name>` and `v/<name>`."""
        return {key: slot.numpy().copy() for key, slot in self.slots.items()}

    def load(self, slots: Mapping[str, NDArray[np.float32]]) -> None:
        """Set the slots to what `read` returned."""
        for key, slot in self.slots.items():
            slot.assign(slots[key])

    @property
    def slots(self) -> dict[str, tf.Variable]:
        """The variables of the slots, as `m/<name>` and `v/<name>`."""
        return {f"m/{name}": slot for name, slot in self.first_moments.items()} | {
            f"v/{name}": slot for name, slot in self.second_moments.items()
        }


class WeightAverage:
    """The exponential moving average of variables, without a bias towards their initial values.

    After n updates w₁ … wₙ it is Σ βⁿ⁻ⁱ wᵢ / Σ βⁿ⁻ⁱ: the zero-based average divided by 1 - βⁿ, as Adam corrects its
    moments. It is computed as a ← a + (1 - β) / (1 - βⁿ) · (wₙ - a), so that no other state than the average is needed.

    Args:
        averages: the variables that hold the averages, by name.
        parameters: what is averaged, by the same names.
        decay: β, inside (0, 1).
    """

    def __init__(
        self, averages: Mapping[str, tf.Variable], parameters: Mapping[str, tf.Variable], decay: float
    ) -> None:
        self.pairs = [(averages[name], parameter) for name, parameter in parameters.items()]
        self.decay = decay

    def update(self, step: tf.Tensor) -> None:
        """Take in the weights after step `step` of training, an int32 scalar; the first is step 0."""
        power = tf.pow(tf.constant(self.decay, tf.float64), tf.cast(step + 1, tf.float64))
        share = tf.cast((1.0 - self.decay) / (1.0 - power), tf.float32)
        for average, parameter in self.pairs:
            tf.raw_ops.AssignAddVariableOp(resource=average.handle, value=share * (parameter - average))


def _zeros_beside(parameters: Mapping[str, tf.Variable], kind: str) -> dict[str, tf.Variable]:
    return {
        name: tf.Variable(tf.zeros_like(variable), trainable=False, name=f"{name}/{kind}")
        for name, variable in parameters.items()
    }
