/* pin.h -- keeps foreign memory alive while a storage looks at it. */
#ifndef DG_PIN_H
#define DG_PIN_H

#include "base/base.h"

/* The storage's share of a pin. */
void dg_pin_hold(dg_pin *pin);
void dg_pin_drop(dg_pin *pin);

#endif
