"""A number that carries its slope: forward differentiation in a small class."""

# cell: chain-fan-out-answer
class Dual:
    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)


def grad_fan_out(x, y):
    found = []
    for k in range(2):
        a, b = Dual(x, 1.0 - k), Dual(y, float(k))
        found.append(((a + b) * a).slope)
    return tuple(found)
