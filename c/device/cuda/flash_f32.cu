/* flash_f32.cu -- softmax attention in one kernel: float32. */
#include "cuda/flash.h"

FLASH(f32, float, 32)
FLASH(f32, float, 64)
