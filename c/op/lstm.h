/* lstm.h -- one step of an LSTM, for those who make sequences of it. */
#ifndef DG_LSTM_H
#define DG_LSTM_H

#include "op/cell.h"

enum { DG_LSTM_A, DG_LSTM_I, DG_LSTM_F, DG_LSTM_O, DG_LSTM_GATES };

/* `made` gets the gradients of c_prev and x, from those of c and h. Differentiable. */
int dg_lstm_grad(dg_tensor *c_prev, dg_tensor *x, dg_tensor *gc, dg_tensor *gh, dg_tensor **made);

#endif
