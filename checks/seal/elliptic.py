"""Elliptic curves over prime fields with a = -3: SM2's own and two of NIST for time stamps.

Points are projective and added by complete formulas, without cases and branches, so that a
signature takes the same steps whatever the key is. Python's integers still take times of their
own; the private key is for a machine its owner trusts.
"""

from __future__ import annotations

from dataclasses import dataclass

Projective = tuple[int, int, int]
"""(X, Y, Z) with x = X / Z, y = Y / Z; (0, 1, 0) is the neutral point."""
_WINDOW = 4


@dataclass(frozen=True)
class Curve:
    """y² = x³ - 3x + b over the field of ``p``, with a base point of prime order ``n``.

    ``oid`` names it in keys and certificates; ``size`` is the length of a coordinate in bytes.
    """

    oid: str
    p: int
    b: int
    n: int
    gx: int
    gy: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return (self.p.bit_length() + 7) // 8

    @property
    def a(self) -> int:
        """The coefficient of x."""
        return self.p - 3

    def holds(self, x: int, y: int) -> bool:
        """Whether (``x``, ``y``) is a point of the curve."""
        return (
            0 <= x < self.p and 0 <= y < self.p and (y * y - (x * x - 3) * x - self.b) % self.p == 0
        )

    def multiply(self, scalar: int, x: int, y: int) -> Projective:
        """``scalar`` times a point, by fixed windows that always add.

        The number of steps depends on the curve alone.
        """
        table: list[Projective] = [(0, 1, 0), (x, y, 1)]
        for _ in range(2, 1 << _WINDOW):
            table.append(self.add(table[-1], table[1]))
        result: Projective = (0, 1, 0)
        bits = -(-self.n.bit_length() // _WINDOW) * _WINDOW
        for shift in range(bits - _WINDOW, -1, -_WINDOW):
            for _ in range(_WINDOW):
                result = self.add(result, result)
            result = self.add(result, table[(scalar >> shift) & ((1 << _WINDOW) - 1)])
        return result

    def affine(self, point: Projective) -> tuple[int, int]:
        """X and y of a point.

        Raises
        ------
        ValueError
            For the neutral point, which has none.
        """
        if point[2] % self.p == 0:
            raise ValueError("the neutral point")
        inverse = pow(point[2], -1, self.p)
        return point[0] * inverse % self.p, point[1] * inverse % self.p

    def add(self, first: Projective, second: Projective) -> Projective:
        """Sum of any two points, equal and neutral ones included.

        Renes, Costello and Batina, "Complete addition formulas for prime order elliptic curves"
        (EUROCRYPT 2016), algorithm 4 for a = -3.
        """
        p, b = self.p, self.b
        x1, y1, z1 = first
        x2, y2, z2 = second
        t0 = x1 * x2 % p
        t1 = y1 * y2 % p
        t2 = z1 * z2 % p
        t3 = ((x1 + y1) * (x2 + y2) - t0 - t1) % p
        t4 = ((y1 + z1) * (y2 + z2) - t1 - t2) % p
        y3 = ((x1 + z1) * (x2 + z2) - t0 - t2) % p
        x3 = 3 * (y3 - b * t2) % p
        z3 = (t1 - x3) % p
        x3 = (t1 + x3) % p
        t2 = 3 * t2
        y3 = 3 * (b * y3 - t2 - t0) % p
        t0 = 3 * t0 - t2
        return (
            (t3 * x3 - t4 * y3) % p,
            (x3 * z3 + t0 * y3) % p,
            (t4 * z3 + t3 * t0) % p,
        )


SM2 = Curve(  # GB/T 32918.5-2017, the recommended curve
    oid="1.2.156.10197.1.301",
    p=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    gx=0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    gy=0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
P256 = Curve(  # FIPS 186-4, D.1.2.3
    oid="1.2.840.10045.3.1.7",
    p=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    gx=0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    gy=0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
P384 = Curve(  # FIPS 186-4, D.1.2.4
    oid="1.3.132.0.34",
    p=2**384 - 2**128 - 2**96 + 2**32 - 1,
    b=0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    n=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    gx=0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    gy=0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
)
CURVES = {curve.oid: curve for curve in (SM2, P256, P384)}
