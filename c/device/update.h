/* update.h -- the formulas by which optimizers change parameters, one text for the CPU and CUDA.
 *
 * A rule is RULE(NAME, name, states, statements): it sees one element of each state, of type T, and
 * may change all but the gradient. p is the parameter, g its gradient, a b c what the optimizer
 * remembers; k0 ... k7 are its numbers. What they are, and the sources, stands at the functions in
 * op/update.c. Write K(0.5) for constants, and only sqrt and fabs; a division that not all elements
 * need is done before the selection, so that loops become vector code. */
#ifndef DG_UPDATE_H
#define DG_UPDATE_H

enum { DG_UPDATE_STATES = 5, DG_UPDATE_NUMBERS = 8 };

/* What fades away is 0 before it is denormal, which many processors compute a hundred times slower;
 * with a margin, for differences are taken of it. */
#define DG_FADED(x) (fabs(x) < (sizeof(T) == 4 ? (T)1e-32 : (T)1e-300) ? (T)0 : (x))

/* x goes from where it is towards `to`, by a part of the way. */
#define DG_MOVE(x, to, part) x = x + (part) * ((to) - (x)), x = DG_FADED(x)

#define DG_UPDATE_SHORT_RULES(RULE)                                                                \
  RULE(SCALE, scale, 1, p *= k0;)                                                                  \
  RULE(ADD, add, 2, p += k0 * g;)

#define DG_UPDATE_LONG_RULES(RULE)                                                                 \
  RULE(MOMENTUM, momentum, 3, a = k1 * a - k0 * g; a = DG_FADED(a); p += a;)                       \
  RULE(CORRECTED_MOMENTUM, corrected_momentum, 3, a = k1 * a - g; a = DG_FADED(a); p += k0 * a;)   \
  RULE(NESTEROV, nesterov, 3, a = k1 * a - k0 * g; a = DG_FADED(a); p += k1 * a - k0 * g;)         \
  RULE(ADAGRAD, adagrad, 3, a += g * g; p -= k0 * g / (sqrt(a) + k1);)                             \
  RULE(RMSPROP, rmsprop, 3, DG_MOVE(a, g *g, k1); p -= k0 * g / (sqrt(a + k3) + k2);)              \
  RULE(RMSPROP_GRAVES, rmsprop_graves, 5, DG_MOVE(a, g *g, k1); DG_MOVE(b, g, k1);                 \
       c = k2 * c - k0 * g / sqrt(a - b * b + k3); c = DG_FADED(c); p += c;)                       \
  RULE(ADADELTA, adadelta, 4, DG_MOVE(a, g *g, k0); const T d = g * sqrt((b + k1) / (a + k1));     \
       DG_MOVE(b, d * d, k0); p -= d;)                                                             \
  RULE(ADAM, adam, 4, DG_MOVE(a, g, k1); DG_MOVE(b, g * g, k2);                                    \
       p = k4 * p - k0 * a / (k5 * sqrt(b) + k3);)                                                 \
  RULE(AMSGRAD, amsgrad, 5, DG_MOVE(a, g, k1); DG_MOVE(b, g * g, k2); c = b > c ? b : c;           \
       p = k4 * p - k0 * a / (k5 * sqrt(c) + k3);)                                                 \
  RULE(NADAM, nadam, 4, DG_MOVE(a, g, k1); DG_MOVE(b, g * g, k2);                                  \
       p -= (k0 * a + k4 * g) / (k5 * sqrt(b) + k3);)                                              \
  RULE(ADAMAX, adamax, 4, DG_MOVE(a, g, k1); const T u = fabs(g) + k3; b = k2 * b;                 \
       b = b < u ? u : b; p -= k0 * a / b;)                                                        \
  RULE(ADABOUND, adabound, 4, DG_MOVE(a, g, k1); DG_MOVE(b, g * g, k2); T r = k0 / (sqrt(b) + k3); \
       r = r < k5 ? k5 : r; r = r > k6 ? k6 : r; p = k4 * p - k7 * r * a;)                         \
  RULE(AMSBOUND, amsbound, 5, DG_MOVE(a, g, k1); DG_MOVE(b, g * g, k2); c = b > c ? b : c;         \
       T r = k0 / (sqrt(c) + k3); r = r < k5 ? k5 : r; r = r > k6 ? k6 : r;                        \
       p = k4 * p - k7 * r * a;)                                                                   \
  RULE(MSVAG, msvag, 4, DG_MOVE(a, g, k1); DG_MOVE(b, g * g, k1); const T m = k2 * a, mm = m * m;  \
       T part = mm / (mm + k3 * (k2 * b - mm)); part = part < 1 ? part : K(1);                     \
       part = part > 0 && mm > 0 ? part : K(0); p = k4 * p - k0 * m * part;)                       \
  RULE(SMORMS3, smorms3, 5, const T r = 1 / (a + 1); DG_MOVE(b, g, r); DG_MOVE(c, g * g, r);       \
       const T x = b * b / (c + k1); a = 1 + a * (1 - x);                                          \
       p -= g * (x < k0 ? x : k0) / (sqrt(c) + k1);)                                               \
  RULE(FTRL, ftrl, 4, const T n = b + g * g, root = sqrt(n); a += g - (root - sqrt(b)) * k0 * p;   \
       b = n; T next = ((a < 0 ? -k2 : k2) - a) / (root * k0 + k1);                                \
       next = fabs(a) <= k2 ? K(0) : next; p = g == 0 ? p : next;)                                 \
  RULE(LAMB, lamb, 5, DG_MOVE(a, g, k1); DG_MOVE(b, g * g, k2);                                    \
       c = k0 * a / (k5 * sqrt(b) + k3) + k4 * p;)                                                 \
  RULE(RPROP, rprop, 4, const T s = g * a; T by = s > 0 ? k1 : K(1); by = s < 0 ? k0 : by;         \
       b *= by; b = b < k2 ? k2 : b; b = b > k3 ? k3 : b; a = s < 0 ? K(0) : g;                    \
       by = a > 0 ? b : a; by = a < 0 ? -b : by; p -= by;)

#define DG_UPDATE_RULES(RULE) DG_UPDATE_SHORT_RULES(RULE) DG_UPDATE_LONG_RULES(RULE)

/* The numbers of a rule. */
#define DG_UPDATE_DECLARE(f)                                                                       \
  const T k0 = (T)(f)[0], k1 = (T)(f)[1], k2 = (T)(f)[2], k3 = (T)(f)[3], k4 = (T)(f)[4],          \
          k5 = (T)(f)[5], k6 = (T)(f)[6], k7 = (T)(f)[7];                                          \
  (void)k0, (void)k1, (void)k2, (void)k3, (void)k4, (void)k5, (void)k6, (void)k7;

/* A rule on element i of the states that it has, among P A B C; `gradient` is that element of g. */
#define DG_UPDATE_ELEMENT(states, gradient, ...)                                                   \
  {                                                                                                \
    T p = P[i], a = (T)0, b = (T)0, c = (T)0;                                                      \
    const T g = (states) > 1 ? (gradient) : (T)0;                                                  \
    if ((states) > 2) a = A[i];                                                                    \
    if ((states) > 3) b = B[i];                                                                    \
    if ((states) > 4) c = C[i];                                                                    \
    (void)g, (void)a, (void)b, (void)c;                                                            \
    __VA_ARGS__                                                                                    \
    P[i] = p;                                                                                      \
    if ((states) > 2) A[i] = a;                                                                    \
    if ((states) > 3) B[i] = b;                                                                    \
    if ((states) > 4) C[i] = c;                                                                    \
  }

#endif
