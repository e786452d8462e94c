
/* The weights of a convolution are in the order [kernel row][kernel column][channel in][channel out], those of a dense
   layer in the order [input][output]. */
FLOATS(conv1_weights, KERNEL_SIZE * KERNEL_SIZE * CONV1);
FLOATS(conv1_biases, CONV1);
FLOATS(conv2_weights, KERNEL_SIZE * KERNEL_SIZE * CONV1 * CONV2);
FLOATS(conv2_biases, CONV2);
FLOATS(fc1_weights, 7 * 7 * CONV2 * FC1);
FLOATS(fc1_biases, FC1);
FLOATS(fc2_weights, FC1 * CLASSES);
FLOATS(fc2_biases, CLASSES);

/* What each layer computes. This is all the memory that is used, besides the stack. Maps are in the order
   [row][column][channel]: all channels of a place lie side by side. */
static float input[IMAGE_SIZE * IMAGE_SIZE];
static float pool1[14 * 14 * CONV1];
static float pool2[7 * 7 * CONV2];
static float fc1[FC1];
static float sums[LARGER(CONV1, CONV2)];

/* ReLU, the rectified linear unit: negative values become 0. Without it, all layers together would be one linear
   function. */
static float relu(float value)
{
    return value > 0.0f ? value : 0.0f;
}

/* totals += value * weights: one input's share in all outputs. Many inputs are 0 (background, or cut off by ReLU), and
   add nothing. */
static void add_weighted(float *totals, float value, const float *weights, int outputs)
{
    if (value == 0.0f)
        return;
    for (int output = 0; output < outputs; output++)
        totals[output] += value * weights[output];
}

/* Convolution at one place: the kernel lies on the 5 x 5 neighbourhood of (y, x); each value there is multiplied by the
   weight that lies on it, and the products are summed. There is a kernel for each output channel, and `sums` gets one
   sum for each. Outside of the map everything is 0. */
static void convolve(const float *maps, int size, int channels_in, int y, int x, const float *weights, int channels_out)
{
    for (int output = 0; output < channels_out; output++)
        sums[output] = 0.0f;
    for (int ky = 0; ky < KERNEL_SIZE; ky++)
        for (int kx = 0; kx < KERNEL_SIZE; kx++) {
            int row = y + ky - KERNEL_SIZE / 2, column = x + kx - KERNEL_SIZE / 2;
            if (row < 0 || row >= size || column < 0 || column >= size)
                continue;
            const float *values = maps + (row * size + column) * channels_in;
            const float *kernel = weights + (ky * KERNEL_SIZE + kx) * channels_in * channels_out;
            for (int channel = 0; channel < channels_in; channel++)
                add_weighted(sums, values[channel], kernel + channel * channels_out, channels_out);
        }
}

/* A convolution, 2 x 2 max pooling, biases and ReLU. Pooling keeps the largest of four neighbours and so halves height
   and width. It may come before bias and ReLU, because neither changes which of the four is the largest; the map before
   pooling, four times as large, then never has to be stored. */
static void convolve_and_pool(const float *maps, int size, int channels_in, const float *weights, const float *biases,
                              int channels_out, float *pooled)
{
    for (int y = 0; y < size; y += 2)
        for (int x = 0; x < size; x += 2) {
            for (int neighbour = 0; neighbour < 4; neighbour++) {
                convolve(maps, size, channels_in, y + neighbour / 2, x + neighbour % 2, weights, channels_out);
                for (int output = 0; output < channels_out; output++)
                    if (neighbour == 0 || sums[output] > pooled[output])
                        pooled[output] = sums[output];
            }
            for (int output = 0; output < channels_out; output++)
                pooled[output] = relu(pooled[output] + biases[output]);
            pooled += channels_out;
        }
}

/* A dense layer: each output is its bias plus the weighted sum of all inputs. */
static void dense(const float *values, int inputs, const float *weights, const float *biases, int outputs,
                  float *totals)
{
    for (int output = 0; output < outputs; output++)
        totals[output] = biases[output];
    for (int from = 0; from < inputs; from++)
        add_weighted(totals, values[from], weights + from * outputs, outputs);
}

void mnistcnn_logits(const uint8_t image[IMAGE_SIZE * IMAGE_SIZE], float logits[CLASSES])
{
    for (int pixel = 0; pixel < IMAGE_SIZE * IMAGE_SIZE; pixel++)
        input[pixel] = (float)image[pixel] / 255.0f;
    convolve_and_pool(input, 28, 1, conv1_weights.values, conv1_biases.values, CONV1, pool1);
    convolve_and_pool(pool1, 14, CONV1, conv2_weights.values, conv2_biases.values, CONV2, pool2);
    dense(pool2, 7 * 7 * CONV2, fc1_weights.values, fc1_biases.values, FC1, fc1);
    for (int neuron = 0; neuron < FC1; neuron++)
        fc1[neuron] = relu(fc1[neuron]);
    dense(fc1, FC1, fc2_weights.values, fc2_biases.values, CLASSES, logits);
}
