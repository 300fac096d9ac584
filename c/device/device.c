/* device.c -- finds the backend of an array. */
#include "device/device.h"

#include "device/cpu/cpu.h"

const dg_backend *dg_backend_of(const dg_view *v)
{
  (void)v;
  return &dg_cpu;
}
