"""vmath_remez.py -- the fitted coefficients of c/device/vmath_f32.h and vmath_f64.h (needs mpmath).

Prints, for each polynomial, log2 of the largest weighted error before and after rounding, and the
coefficients from the constant on. One argument: names that start with it.
"""
import struct
import sys
from mpmath import mp, mpf, matrix, lu_solve, cos, erf, erfc, expm1, log, log1p, pi, sqrt, tanh

mp.dps = 50


def f32(x):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def f64(x):
    return mpf(float(x))


def nodes(a, b, n):
    return [(a + b) / 2 - (b - a) / 2 * cos(pi * (i + mpf(1) / 2) / n) for i in range(n)]


def value(p, x):
    return sum(c * x**j for j, c in enumerate(p))


def remez(f, w, a, b, degree):
    """The polynomial that minimises max |w (f - p)| on [a, b], and that maximum; w > 0."""
    m = degree + 2
    xs, grid = nodes(a, b, m), nodes(a, b, 40 * m)
    known = [(x, f(x), w(x)) for x in grid]
    for _ in range(12):
        A, y = matrix(m, m), matrix(m, 1)
        for i, x in enumerate(xs):
            for j in range(degree + 1):
                A[i, j] = x**j
            A[i, degree + 1] = (-1) ** i / w(x)
            y[i] = f(x)
        p = list(lu_solve(A, y))[: degree + 1]
        error = [wx * (fx - value(p, x)) for x, fx, wx in known]
        peaks = []
        for i, e in enumerate(error):
            if not peaks or (error[peaks[-1]] > 0) != (e > 0):
                peaks.append(i)
            elif abs(e) > abs(error[peaks[-1]]):
                peaks[-1] = i
        while len(peaks) > m:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        if len(peaks) < m:
            break
        xs = [grid[i] for i in peaks]
    return p, max(abs(e) for e in error)


def fit(name, f, w, a, b, degree, rounded):
    """Rounds coefficients from the lowest on; the higher ones are refitted by least squares."""
    if len(sys.argv) > 1 and not name.startswith(sys.argv[1]):
        return
    a, b = mpf(a), mpf(b)
    p, ideal = remez(f, w, a, b, degree)
    xs = nodes(a, b, 8 * (degree + 1))
    done = [rounded(p[0])]
    for k in range(1, degree + 1):
        A, y = matrix(len(xs), degree + 1 - k), matrix(len(xs), 1)
        for i, x in enumerate(xs):
            for j in range(k, degree + 1):
                A[i, j - k] = w(x) * x**j
            y[i] = w(x) * (f(x) - value(done, x))
        done.append(rounded(lu_solve(A, y)[0]))
    worst = max(abs(w(x) * (f(x) - value(done, x))) for x in nodes(a, b, 4000))
    print("%s: 2^%.1f, rounded 2^%.1f" % (name, log(ideal, 2), log(worst, 2)))
    for c in done:
        print("  ", float(c).hex())


def off0(x):
    return x if abs(x) > mpf("1e-18") else mpf("1e-18")


def exp_tail(r):
    return (expm1(off0(r)) - off0(r)) / off0(r) ** 2


def exp_weight(r):
    return abs(off0(r) ** 2 / expm1(off0(r)))


def log_tail(f):
    return (log1p(off0(f)) - off0(f) + off0(f) ** 2 / 2) / off0(f) ** 3


def log_weight(f):
    return abs(off0(f) ** 3 / log1p(off0(f)))


def tanh_tail(z):
    return (tanh(sqrt(z)) / sqrt(z) - 1) / z


def tanh_weight(z):
    return z * sqrt(z) / tanh(sqrt(z))


def erf_near(z):
    return erf(sqrt(z)) / sqrt(z) - 1


def erf_near_weight(z):
    return sqrt(z) / erf(sqrt(z))


def erf_far(t):
    return log(erfc(1 + t))


def erf_far_weight(t):
    return erfc(1 + t)


h = log(mpf(2)) / 2 * mpf("1.0001")
low, high = sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1
fit("exp_f32", exp_tail, exp_weight, -h, h, 4, f32)
fit("exp_f64", exp_tail, exp_weight, -h, h, 10, f64)
fit("log_f32", log_tail, log_weight, low, high, 7, f32)
fit("tanh_f32", tanh_tail, tanh_weight, 1e-6, mpf("0.625") ** 2, 4, f32)
fit("erf_near_f32", erf_near, erf_near_weight, 1e-9, 1, 6, f32)
fit("erf_near_f64", erf_near, erf_near_weight, 1e-17, 1, 11, f64)
fit("erf_far_f32", erf_far, erf_far_weight, 0, 3, 6, f32)
fit("erf_far_f64", erf_far, erf_far_weight, 0, 5, 17, f64)
