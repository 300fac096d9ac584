/* flash_f16.cu -- softmax attention in one kernel: float16. */
#include "cuda/flash.h"

FLASH(f16, Half, 32)
FLASH(f16, Half, 64)
FLASH(f16, Half, 128)
