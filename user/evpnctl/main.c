// SPDX-License-Identifier: GPL-2.0-only
/*
 * evpnctl - shows and steers evpnd, looks into the kernel module, decodes BGP EVPN and computes DF
 * elections offline. Everything but this function is linked into the unit programs, too.
 */
#include "app.h"

int main(int argc, char **argv)
{
	return app_main(argc, argv);
}
