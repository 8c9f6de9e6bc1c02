"""The functions are of second degree, so a nudge of 1 to both sides has no error at all."""

# cell: chain-product-answer
def slopes(f, at):
    found = []
    for k in range(len(at)):
        up, down = list(at), list(at)
        up[k], down[k] = up[k] + 1, down[k] - 1
        found.append((f(*up) - f(*down)) / 2)
    return tuple(found)


def grad_product_of_sum(x, y, z):
    return slopes(lambda x, y, z: (x + y) * z, (x, y, z))


# cell: chain-fan-out-answer
def grad_fan_out(x, y):
    return slopes(lambda x, y: (x + y) * x, (x, y))


# cell: chain-neuron-answer
def grad_neuron(x, w, b, t):
    n = len(x)

    def loss(*v):
        return (sum(v[k] * v[n + k] for k in range(n)) + v[2 * n] - t) ** 2

    found = slopes(loss, [*x, *w, b])
    return np.array(found[n : 2 * n]), found[2 * n], np.array(found[:n])
