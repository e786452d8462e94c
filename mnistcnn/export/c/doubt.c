
/* How unlike the digits that the network learned from an image is. Training digits differ in few directions: those of
   the components, whose unit vectors are the columns of doubt_components. What of an image's fc1 lies outside of them
   counts for doubt, and a large logit against it. */
FLOATS(doubt_mean, FC1);
FLOATS(doubt_components, FC1 * DOUBT_AXES);
FLOATS(doubt_line, 3); /* the strangeness's slope, the largest logit's weight, the offset */

float mnistcnn_doubt(const uint8_t image[IMAGE_SIZE * IMAGE_SIZE])
{
    float logits[CLASSES], inside[DOUBT_AXES] = {0.0f}, length = 1e-9f, outside = 0.0f;
    mnistcnn_logits(image, logits);
    for (int neuron = 0; neuron < FC1; neuron++) {
        float centred = fc1[neuron] - doubt_mean.values[neuron];
        length += fc1[neuron] * fc1[neuron];
        outside += centred * centred;
        add_weighted(inside, centred, doubt_components.values + neuron * DOUBT_AXES, DOUBT_AXES);
    }
    for (int axis = 0; axis < DOUBT_AXES; axis++)
        outside -= inside[axis] * inside[axis];
    float largest = logits[0];
    for (int digit = 1; digit < CLASSES; digit++)
        largest = LARGER(largest, logits[digit]);
    float strangeness = sqrtf(LARGER(outside, 0.0f) / sqrtf(length));
    return doubt_line.values[0] * strangeness - doubt_line.values[1] * largest - doubt_line.values[2];
}
