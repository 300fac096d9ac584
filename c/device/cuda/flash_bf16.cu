/* flash_bf16.cu -- softmax attention in one kernel: bfloat16. */
#include "cuda/flash.h"

FLASH(bf16, Bfloat, 32)
FLASH(bf16, Bfloat, 64)
FLASH(bf16, Bfloat, 128)
