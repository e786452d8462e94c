
/* Softmax makes probabilities of logits: p[i] = exp(logits[i]) / sum of exp(logits). The largest logit is subtracted
   from all of them first; the result is the same, and exp cannot overflow. */
int mnistcnn_predict(const uint8_t image[IMAGE_SIZE * IMAGE_SIZE], float probabilities[CLASSES])
{
    int best = 0;
    float total = 0.0f;
    mnistcnn_logits(image, probabilities);
    for (int digit = 1; digit < CLASSES; digit++)
        if (probabilities[digit] > probabilities[best])
            best = digit;
    float largest_logit = probabilities[best];
    for (int digit = 0; digit < CLASSES; digit++) {
        probabilities[digit] = expf(probabilities[digit] - largest_logit);
        total += probabilities[digit];
    }
    for (int digit = 0; digit < CLASSES; digit++)
        probabilities[digit] /= total;
    return best;
}

#ifdef MNISTCNN_MAIN
#include <stdio.h>

/* Reads images from standard input, 28 * 28 bytes each, and writes the ten logits of each on a line. */
int main(void)
{
    uint8_t image[IMAGE_SIZE * IMAGE_SIZE];
    float logits[CLASSES];
    size_t bytes;
    while ((bytes = fread(image, 1, sizeof image, stdin)) == sizeof image) {
        mnistcnn_logits(image, logits);
        for (int digit = 0; digit < CLASSES; digit++)
            printf("%.9g%c", (double)logits[digit], digit < CLASSES - 1 ? ' ' : '\n');
        fflush(stdout);
    }
    if (bytes > 0) {
        fprintf(stderr, "the last image has %d bytes instead of %d\n", (int)bytes, IMAGE_SIZE * IMAGE_SIZE);
        return 1;
    }
    return 0;
}
#endif

/* The numbers of the layers. */
