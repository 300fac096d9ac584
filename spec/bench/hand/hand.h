/* hand.h -- what the hand-written workloads share. */
#ifndef HAND_H
#define HAND_H

#include "device/vmath.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 };
extern void (*sgemm)(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                     int lda, const float *b, int ldb, float beta, float *c, int ldc);
extern void (*sgemv)(int order, int trans, int m, int n, float alpha, const float *a, int lda,
                     const float *x, int incx, float beta, float *y, int incy);

/* Where results go, so that the compiler keeps what makes them. */
extern volatile float sink;

/* Prints `workload,unit,value`: the best of some blocks, a second being `scale` of the unit. */
void measure(const char *workload, const char *unit, double scale, void (*f)(void));

/* n floats from -scale to scale. */
float *numbers(size_t n, float scale);

/* y = x W^T + b of `batch` rows; W lies as [out][in]. */
void dense(const float *x, int batch, int in, int out, const float *w, const float *b, float *y);

/* Of dense: gw, gb, and gx where it is not NULL. */
void dense_back(const float *x, const float *gy, int batch, int in, int out, const float *w,
                float *gw, float *gb, float *gx);

void relu(float *y, int n);
void relu_back(const float *y, float *g, int n);

/* The mean cross entropy of n rows of logits; they become the gradient. */
float cross_entropy(float *y, const int *label, int n, int classes);

/* A parameter, its gradient, and what Adam remembers of it. */
typedef struct {
  size_t n;
  float *p, *g, *m, *v;
} learned;
learned learn(size_t n, float scale);
void adam(const learned *t, int count, double step);

/* One for each program of spec/bench that has a peer here. */
void mlp_tiny(void), infer_tiny(void), logreg100(void), lstm_b1(void), mlp_mnist(void);
void infer_mnist(void), lenet(void), lstm_char(void), conv3x3(void), elementwise(void);
void sgemm_all(void);

#endif
