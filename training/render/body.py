"""From joints to capsules: the flesh of a hand, its forearm and sleeve, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training.render.kinematics import FINGERS, KNUCKLES, WIDTHS, Joints, Shape, Vector, unit

PALM, NEAR, MIDDLE, END, THUMB_END, ARM, SLEEVE, HELD = range(8)
WRISTS = {"index": (0.15, 0.04), "middle": (0.05, 0.0), "ring": (-0.06, 0.01), "pinky": (-0.16, 0.05)}


@dataclass(slots=True)
class Flesh:
    """Capsules in some frame. `part`: what each belongs to; `dorsal`: the direction of its back side."""

    a: list[Vector] = field(default_factory=list)
    b: list[Vector] = field(default_factory=list)
    ra: list[float] = field(default_factory=list)
    rb: list[float] = field(default_factory=list)
    k0: list[float] = field(default_factory=list)
    k1: list[float] = field(default_factory=list)
    part: list[int] = field(default_factory=list)
    dorsal: list[Vector] = field(default_factory=list)
    side: list[float] = field(default_factory=list)

    def add(
        self,
        a: Vector,
        b: Vector,
        radii: tuple[float, float],
        blend: tuple[float, float],
        part: int,
        dorsal: Vector,
    ) -> None:
        """One more capsule."""
        self.a.append(np.asarray(a, float))
        self.b.append(np.asarray(b, float))
        self.ra.append(radii[0])
        self.rb.append(radii[1])
        self.k0.append(blend[0])
        self.k1.append(blend[1])
        self.part.append(part)
        self.dorsal.append(np.asarray(dorsal, float))
        self.side.append(1.0)

    def moved(self, turn: Vector, shift: Vector, mirror: bool = False) -> Flesh:
        """The same, turned, shifted and, where asked, mirrored left to right at the end."""
        flip = np.array([-1.0 if mirror else 1.0, 1, 1])
        out = Flesh(ra=self.ra, rb=self.rb, k0=self.k0, k1=self.k1, part=self.part)
        out.a = [(turn @ v + shift) * flip for v in self.a]
        out.b = [(turn @ v + shift) * flip for v in self.b]
        out.dorsal = [(turn @ v) * flip for v in self.dorsal]
        out.side = [-s if mirror else s for s in self.side]
        return out

    def joined(self, more: Flesh) -> Flesh:
        """Both in one list."""
        names = ("a", "b", "ra", "rb", "k0", "k1", "part", "dorsal", "side")
        return Flesh(**{n: getattr(self, n) + getattr(more, n) for n in names})


def hand_flesh(joints: Joints, shape: Shape) -> Flesh:
    """Palm, fingers and thumb of a right hand in its own frame; its first capsules are the palm."""
    out, w, p = Flesh(), shape.width, joints.points
    back = np.array([0.0, 0.0, -1.0])
    for name in FINGERS:
        x, y, z = KNUCKLES[name]
        wrist = np.array([WRISTS[name][0] * shape.palm_width, WRISTS[name][1], 0.0])
        knuckle = np.array([x * shape.palm_width, y - 0.02, z + 0.02])
        out.add(wrist, knuckle, (0.16 * w, (WIDTHS[name] + 0.018) * w), (0.2, 0.14), PALM, back)
    little = np.array([-0.3 * shape.palm_width, 0.55, 0.05])
    out.add(np.array([-0.17 * shape.palm_width, 0.16, 0.06]), little, (0.17 * w, 0.15 * w), (0.2, 0.2), PALM, back)
    out.add(
        np.array([0.17, 0.16, 0.06]),
        p[2],
        (0.19 * w, 0.135 * w),
        (0.2, 0.16),
        PALM,
        unit(joints.dorsal[1] + 1.5 * back),
    )
    out.add(p[2], p[3], (0.133 * w, 0.112 * w), (0.16, 0.03), NEAR, joints.dorsal[2])
    out.add(p[3], p[4], (0.115 * w, 0.088 * w), (0.04, 0.025), THUMB_END, joints.dorsal[3])
    for i, name in enumerate(FINGERS):
        first, r = 5 + 4 * i, WIDTHS[name] * w
        radii = ((r * 1.05, r * 0.97), (r * 0.98, r * 0.88), (r * 0.89, r * 0.74))
        blends = ((0.17, 0.02), (0.03, 0.02), (0.03, 0.02))
        for j, part in enumerate((NEAR, MIDDLE, END)):
            a, b = p[first + j], p[first + j + 1]
            if j == 2:
                b = b - unit(b - a) * r * 0.35
            out.add(a, b, radii[j], blends[j], part, joints.dorsal[first + j - 1])
    return out


def add_arm(out: Flesh, direction: Vector, shape: Shape, sleeve: float | None) -> None:
    """Forearm from the wrist along `direction`, with a sleeve that begins `sleeve` palms from the wrist, or bare."""
    back = np.array([0.0, 0.0, -1.0])
    w, across = shape.width, np.array([1.0, 0.0, 0.0])
    for s in (-0.085, 0.085):
        start = np.array([s * shape.palm_width, 0.02, 0.0])
        out.add(start, start * 1.6 + direction * 3.4, (0.165 * w, 0.3 * w), (0.2, 0.1), ARM, back)
    if sleeve is not None:
        for s in (-0.1, 0.1):
            start = across * s * 1.2 + direction * sleeve
            out.add(start, across * s * 2 + direction * 3.4, (0.27 * w, 0.42 * w), (0.01, 0.05), SLEEVE, back)


def add_held(out: Flesh, joints: Joints, kind: str, rng: np.random.Generator) -> None:
    """A stick, a cup or a flat thing in the grip."""
    centre = joints.points[[5, 6, 7, 8, 9, 10, 11, 12, 13, 14]].mean(axis=0)
    along = unit(np.array([1.0, rng.normal(0, 0.15), rng.normal(0, 0.15)]))
    up, down = rng.uniform(0.4, 1.6), rng.uniform(0.5, 1.6)
    radius = {"stick": rng.uniform(0.06, 0.12), "cup": rng.uniform(0.24, 0.3), "paper": 0.035}[kind]
    offsets = [0.0] if kind != "paper" else list(np.arange(0, rng.uniform(0.7, 1.8), 0.06))
    if kind == "cup":
        up, down = rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6)
    lean = unit(np.array([0.0, rng.uniform(0.3, 1), rng.uniform(0.4, 1)]))
    for o in offsets:
        c = centre + lean * o
        out.add(c - along * down, c + along * up, (radius, radius), (0.001, 0.001), HELD, -lean)
