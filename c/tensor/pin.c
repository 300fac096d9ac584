/* pin.c -- keeps foreign memory alive while a storage looks at it.
 *
 * C cannot call back into Lua to let an owner go, so the owner's side asks: it keeps the owner in a
 * table beside the pin, and drops both once dg_pin_held says 0. */
#include "tensor/pin.h"

#include "base/memory.h"

struct dg_pin {
  int32_t refs; /* the storages and the one who made it; atomic */
};

/* A pin for one piece of foreign memory; free it with dg_pin_free. */
DG_API dg_pin *dg_pin_new(void)
{
  dg_pin *pin = dg_table_grow(NULL, sizeof *pin);
  if (pin) pin->refs = 1;
  return pin;
}

/* How many storages look at the memory now; -1 for NULL. */
DG_API int dg_pin_held(const dg_pin *pin)
{
  if (!pin) return dg_fail(DG_EARGUMENT, "pin_held: the pin is missing (NULL)");
  return __atomic_load_n(&pin->refs, __ATOMIC_ACQUIRE) - 1;
}

void dg_pin_hold(dg_pin *pin) { __atomic_add_fetch(&pin->refs, 1, __ATOMIC_RELAXED); }

void dg_pin_drop(dg_pin *pin)
{
  if (__atomic_sub_fetch(&pin->refs, 1, __ATOMIC_ACQ_REL) == 0) dg_table_free(pin);
}

/* Gives up the maker's share of a pin; storages keep theirs. */
DG_API int dg_pin_free(dg_pin *pin)
{
  if (!pin) return dg_fail(DG_EARGUMENT, "pin_free: the pin is missing (NULL)");
  dg_pin_drop(pin);
  return 0;
}
