#include <math.h>
#include <stdint.h>

#if UINTPTR_MAX < 0xffffffffu
#error "this network needs a processor with addresses of 32 bits or more"
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the numbers at the end of this file are little-endian"
#endif

#define IMAGE_SIZE 28
#define KERNEL_SIZE 5
#define CLASSES 10
#define LARGER(a, b) ((a) > (b) ? (a) : (b))

/* The largest value of `probabilities` or `logits` belongs to the digit that the network recognises. */
int mnistcnn_predict(const uint8_t image[IMAGE_SIZE * IMAGE_SIZE], float probabilities[CLASSES]);
void mnistcnn_logits(const uint8_t image[IMAGE_SIZE * IMAGE_SIZE], float logits[CLASSES]);

/* Declares numbers of a layer. They are at the end of the file as the bytes of a string, because compilers need ten
   times the time and memory for as many numbers between commas. Of a union's members, `values` reads those same bytes
   as numbers; the string ends with one byte that is not used. */
#define FLOATS(name, count)                                                                                            \
    union name {                                                                                                       \
        unsigned char bytes[4 * (count) + 1];                                                                          \
        float values[count];                                                                                           \
    };                                                                                                                 \
    static const union name name
