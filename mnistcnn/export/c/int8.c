
/* How numbers become integers:
   - A weight is an int8_t. All weights that lead to one output share a scale: weight = scale * integer.
   - A value between layers is a uint8_t, since ReLU leaves nothing below 0. All values of a layer share a scale, chosen
     from training images so that 255 is the largest value that occurred. Pixels are such integers from the start.
   - Products of the two are summed in int32_t, exactly. No sum can overflow: the weights are small enough for that.
   - `scales` has, for each output, the product of the scales of its weights and its inputs, divided by the scale of the
     layer's values. So sum * scale + bias is an output in the integer units of the next layer; the logits are not
     divided. This one multiplication for each output is the only place with floating-point numbers, and fast enough on
     a processor that has to emulate them. */

/* As FLOATS, for integers of one byte. */
#define INTEGERS(name, count)                                                                                          \
    union name {                                                                                                       \
        unsigned char bytes[(count) + 1];                                                                              \
        int8_t values[count];                                                                                          \
    };                                                                                                                 \
    static const union name name

/* The weights of a convolution are in the order [kernel row][kernel column][channel in][channel out], those of a dense
   layer in the order [input][output]. */
INTEGERS(conv1_weights, KERNEL_SIZE * KERNEL_SIZE * CONV1);
FLOATS(conv1_scales, CONV1);
FLOATS(conv1_biases, CONV1);
INTEGERS(conv2_weights, KERNEL_SIZE * KERNEL_SIZE * CONV1 * CONV2);
FLOATS(conv2_scales, CONV2);
FLOATS(conv2_biases, CONV2);
INTEGERS(fc1_weights, 7 * 7 * CONV2 * FC1);
FLOATS(fc1_scales, FC1);
FLOATS(fc1_biases, FC1);
INTEGERS(fc2_weights, FC1 * CLASSES);
FLOATS(fc2_scales, CLASSES);
FLOATS(fc2_biases, CLASSES);

/* What each layer computes. This is all the memory that is used, besides the stack. Maps are in the order
   [row][column][channel]: all channels of a place lie side by side. */
static uint8_t pool1[14 * 14 * CONV1];
static uint8_t pool2[7 * 7 * CONV2];
static uint8_t fc1[FC1];
static int32_t sums[LARGER(LARGER(CONV1, CONV2), LARGER(FC1, CLASSES))];
static int32_t largest[LARGER(CONV1, CONV2)];

/* Biases, ReLU (the rectified linear unit: negative values become 0), and rounding to the integers of the next layer.
   Without ReLU, all layers together would be one linear function. */
static void finish(const int32_t *totals, const float *scales, const float *biases, int outputs, uint8_t *values)
{
    for (int output = 0; output < outputs; output++) {
        float value = (float)totals[output] * scales[output] + biases[output];
        values[output] = value <= 0.0f ? 0 : value >= 255.0f ? 255 : (uint8_t)(value + 0.5f);
    }
}

/* totals += value * weights: one input's share in all outputs. Many inputs are 0 (background, or cut off by ReLU), and
   add nothing. */
static void add_weighted(int32_t *totals, uint8_t value, const int8_t *weights, int outputs)
{
    if (value == 0)
        return;
    for (int output = 0; output < outputs; output++)
        totals[output] += value * weights[output];
}

/* Convolution at one place: the kernel lies on the 5 x 5 neighbourhood of (y, x); each value there is multiplied by the
   weight that lies on it, and the products are summed. There is a kernel for each output channel, and `sums` gets one
   sum for each. Outside of the map everything is 0. */
static void convolve(const uint8_t *maps, int size, int channels_in, int y, int x, const int8_t *weights,
                     int channels_out)
{
    for (int output = 0; output < channels_out; output++)
        sums[output] = 0;
    for (int ky = 0; ky < KERNEL_SIZE; ky++)
        for (int kx = 0; kx < KERNEL_SIZE; kx++) {
            int row = y + ky - KERNEL_SIZE / 2, column = x + kx - KERNEL_SIZE / 2;
            if (row < 0 || row >= size || column < 0 || column >= size)
                continue;
            const uint8_t *values = maps + (row * size + column) * channels_in;
            const int8_t *kernel = weights + (ky * KERNEL_SIZE + kx) * channels_in * channels_out;
            for (int channel = 0; channel < channels_in; channel++)
                add_weighted(sums, values[channel], kernel + channel * channels_out, channels_out);
        }
}

/* A convolution, 2 x 2 max pooling, biases and ReLU. Pooling keeps the largest of four neighbours and so halves height
   and width. It may come before all the rest, because nothing of that changes which of the four is the largest; the map
   before pooling, four times as large, then never has to be stored. */
static void convolve_and_pool(const uint8_t *maps, int size, int channels_in, const int8_t *weights,
                              const float *scales, const float *biases, int channels_out, uint8_t *pooled)
{
    for (int y = 0; y < size; y += 2)
        for (int x = 0; x < size; x += 2) {
            for (int neighbour = 0; neighbour < 4; neighbour++) {
                convolve(maps, size, channels_in, y + neighbour / 2, x + neighbour % 2, weights, channels_out);
                for (int output = 0; output < channels_out; output++)
                    if (neighbour == 0 || sums[output] > largest[output])
                        largest[output] = sums[output];
            }
            finish(largest, scales, biases, channels_out, pooled);
            pooled += channels_out;
        }
}

/* The weighted sums of a dense layer: every input goes to every output. */
static void dense(const uint8_t *values, int inputs, const int8_t *weights, int outputs)
{
    for (int output = 0; output < outputs; output++)
        sums[output] = 0;
    for (int from = 0; from < inputs; from++)
        add_weighted(sums, values[from], weights + from * outputs, outputs);
}

void mnistcnn_logits(const uint8_t image[IMAGE_SIZE * IMAGE_SIZE], float logits[CLASSES])
{
    convolve_and_pool(image, 28, 1, conv1_weights.values, conv1_scales.values, conv1_biases.values, CONV1, pool1);
    convolve_and_pool(pool1, 14, CONV1, conv2_weights.values, conv2_scales.values, conv2_biases.values, CONV2, pool2);
    dense(pool2, 7 * 7 * CONV2, fc1_weights.values, FC1);
    finish(sums, fc1_scales.values, fc1_biases.values, FC1, fc1);
    dense(fc1, FC1, fc2_weights.values, CLASSES);
    for (int digit = 0; digit < CLASSES; digit++)
        logits[digit] = (float)sums[digit] * fc2_scales.values[digit] + fc2_biases.values[digit];
}
