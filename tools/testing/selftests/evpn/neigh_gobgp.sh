#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# neigh_targets with GoBGP as the route reflector. It treats a route as withdrawn that has an EVI-RT, so
# the form by the VRF's targets is the one that passes it (Documentation/neighbours.rst).

NEEDS="system gobgp"
exec "$(dirname "$0")/neigh_targets.sh" gobgp
