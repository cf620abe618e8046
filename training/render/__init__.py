"""Hands, people and scenes drawn from a kinematic model: training pictures and samples whose truth is known exactly."""

from training.render.hand import POSES, RenderedHand, render_hand

__all__ = ["POSES", "RenderedHand", "render_hand"]
