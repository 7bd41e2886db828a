/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bfd_main.h - the process that runs BFD sessions and does nothing else, so that nothing can keep it
 * from sending a packet in time: a million routes are the speaker's affair, netlink is the parent's.
 */
#ifndef EVPND_BFD_MAIN_H
#define EVPND_BFD_MAIN_H

/**
 * bfd_main() - run sessions until the parent goes away or says IPC_SHUTDOWN
 * @ipc_fd: one end of the SOCK_SEQPACKET pair; owned from here on
 *
 * Privileges are already dropped when it is called. Sockets and orders come from the parent, every
 * change of a session's state goes to it. At IPC_SHUTDOWN each session says admin-down, which tells the
 * other side not to take it for a failure (RFC 5882 section 3.2).
 *
 * Return: exit status of the process.
 */
int bfd_main(int ipc_fd);

/** bfd_realtime() - ask the scheduler to let this process run when a packet is due; best effort */
void bfd_realtime(void);

#endif
