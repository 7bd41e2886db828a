// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp_keys.c - keys from files onto sockets.
 *
 * RFC 2385 (TCP MD5), RFC 5925 (TCP-AO), RFC 5926 (its algorithms)
 */
#include "parent/tcp_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

enum { KEY_MAX = TCP_MD5SIG_MAXKEYLEN }; /* TCP_AO_MAXKEYLEN is the same */

/* The kernel's ABI since 6.7, for headers that are older. */
#ifndef TCP_AO_ADD_KEY
#define TCP_AO_ADD_KEY 38
#define TCP_AO_DEL_KEY 39
#define TCP_AO_INFO 40

struct tcp_ao_add {
	struct __kernel_sockaddr_storage addr;
	char alg_name[64];
	__s32 ifindex;
	__u32 set_current : 1, set_rnext : 1, reserved : 30;
	__u16 reserved2;
	__u8 prefix;
	__u8 sndid;
	__u8 rcvid;
	__u8 maclen;
	__u8 keyflags;
	__u8 keylen;
	__u8 key[KEY_MAX];
} __attribute__((aligned(8)));

struct tcp_ao_del {
	struct __kernel_sockaddr_storage addr;
	__s32 ifindex;
	__u32 set_current : 1, set_rnext : 1, del_async : 1, reserved : 29;
	__u16 reserved2;
	__u8 prefix;
	__u8 sndid;
	__u8 rcvid;
	__u8 current_key;
	__u8 rnext;
	__u8 keyflags;
} __attribute__((aligned(8)));

struct tcp_ao_info_opt {
	__u32 set_current : 1, set_rnext : 1, ao_required : 1, set_counters : 1, accept_icmps : 1,
		reserved : 27;
	__u16 reserved2;
	__u8 current_key;
	__u8 rnext;
	__u64 pkt_good;
	__u64 pkt_bad;
	__u64 pkt_key_not_found;
	__u64 pkt_ao_required;
	__u64 pkt_dropped_icmp;
} __attribute__((aligned(8)));
#endif

static const char *const ao_names[] = {
	[CONF_AO_HMAC_SHA1] = "hmac(sha1)",
	[CONF_AO_CMAC_AES128] = "cmac(aes128)",
	[CONF_AO_HMAC_SHA256] = "hmac(sha256)",
};

/* Return: octets of the key, without the newline an editor leaves, or a negative errno */
static int read_key(const char *path, unsigned char key[KEY_MAX], char err[KEYS_TEXT_LEN])
{
	unsigned char buf[KEY_MAX + 2];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));
	int r;

	if (n < 0) {
		r = -errno;
		snprintf(err, KEYS_TEXT_LEN, "key file %s: %s", path, strerror(errno));
	} else {
		while (n && (buf[n - 1] == '\n' || buf[n - 1] == '\r'))
			n--;
		r = n && n <= KEY_MAX ? (int)n : -EINVAL;
		if (r < 0)
			snprintf(err, KEYS_TEXT_LEN,
				 "key file %s: expected one line of 1 to %d octets", path, KEY_MAX);
		else
			memcpy(key, buf, (size_t)n);
		explicit_bzero(buf, sizeof(buf));
	}
	if (fd >= 0)
		close(fd);
	return r;
}

int keys_check(const struct conf_secret *s, char err[KEYS_TEXT_LEN])
{
	unsigned char key[KEY_MAX];
	int r = s->password_file[0] ? read_key(s->password_file, key, err) : 0;

	for (uint8_t i = 0; i < s->n_ao && r >= 0; i++)
		r = read_key(s->ao[i].file, key, err);
	explicit_bzero(key, sizeof(key));
	return r < 0 ? r : 0;
}

static void put_address(struct __kernel_sockaddr_storage *to, const struct ip_addr *a)
{
	struct sockaddr_storage ss;
	socklen_t len = ip_to_sockaddr(a, 0, &ss);

	memset(to, 0, sizeof(*to));
	memcpy(to, &ss, len);
}

static int put_md5(int fd, const struct conf_peer *n, const char *path, char err[KEYS_TEXT_LEN])
{
	struct tcp_md5sig sig = {};
	int len = read_key(path, sig.tcpm_key, err);
	int r;

	if (len < 0)
		return len;
	put_address(&sig.tcpm_addr, &n->address);
	sig.tcpm_keylen = (__u16)len;
	r = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig)) < 0 ? -errno : 0;
	explicit_bzero(&sig, sizeof(sig));
	if (r == -ENOPROTOOPT)
		snprintf(err, KEYS_TEXT_LEN, "this kernel has no TCP MD5 (CONFIG_TCP_MD5SIG)");
	else if (r)
		snprintf(err, KEYS_TEXT_LEN, "TCP MD5 key: %s", strerror(-r));
	return r;
}

static void remove_md5(int fd, const struct conf_peer *n)
{
	struct tcp_md5sig sig = {};

	put_address(&sig.tcpm_addr, &n->address);
	setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig));
}

/* @instead: the key to send with where the one that goes is in use; NULL: nothing is sent here */
static void remove_ao(int fd, const struct conf_peer *n, uint8_t id, const uint8_t *instead)
{
	struct tcp_ao_del del = {.prefix = ip_bits(&n->address), .sndid = id, .rcvid = id};

	put_address(&del.addr, &n->address);
	if (!setsockopt(fd, IPPROTO_TCP, TCP_AO_DEL_KEY, &del, sizeof(del)) || errno != EBUSY ||
	    !instead)
		return;
	del.set_current = 1;
	del.current_key = *instead;
	setsockopt(fd, IPPROTO_TCP, TCP_AO_DEL_KEY, &del, sizeof(del));
}

/* The first key is used for sending; the others are there for a peer that rolls over. */
static int put_ao(int fd, const struct conf_peer *n, const struct conf_ao_key *key, bool current,
		  char err[KEYS_TEXT_LEN])
{
	struct tcp_ao_add add = {
		.set_current = current,
		.set_rnext = current,
		.prefix = ip_bits(&n->address),
		.sndid = key->id,
		.rcvid = key->id,
	};
	int len = read_key(key->file, add.key, err);
	int r;

	if (len < 0)
		return len;
	put_address(&add.addr, &n->address);
	snprintf(add.alg_name, sizeof(add.alg_name), "%s", ao_names[key->algorithm]);
	add.keylen = (__u8)len;
	r = setsockopt(fd, IPPROTO_TCP, TCP_AO_ADD_KEY, &add, sizeof(add)) < 0 ? -errno : 0;
	explicit_bzero(&add, sizeof(add));
	if (r == -ENOPROTOOPT)
		snprintf(err, KEYS_TEXT_LEN,
			 "this kernel has no TCP-AO (Linux 6.7 or later with CONFIG_TCP_AO)");
	else if (r)
		snprintf(err, KEYS_TEXT_LEN, "TCP-AO key %u: %s", key->id, strerror(-r));
	return r;
}

int keys_put(int fd, const struct conf_peer *n, const struct conf_secret *s, bool listening,
	     char err[KEYS_TEXT_LEN])
{
	int r;

	if (s->password_file[0])
		return put_md5(fd, n, s->password_file, err);
	for (uint8_t i = 0; i < s->n_ao; i++) {
		/* a listening socket sends nothing, and refuses to be told with what */
		r = put_ao(fd, n, &s->ao[i], !listening && i == 0, err);
		if (r && !(r == -EEXIST && listening))
			return r;
	}
	return 0;
}

static bool has_ao(const struct conf_secret *s, uint8_t id)
{
	for (uint8_t i = 0; s && i < s->n_ao; i++)
		if (s->ao[i].id == id)
			return true;
	return false;
}

void keys_remove(int fd, const struct conf_peer *n, const struct conf_secret *s,
		 const struct conf_secret *stays)
{
	if (s->password_file[0] && !(stays && stays->password_file[0]))
		remove_md5(fd, n);
	for (uint8_t i = 0; i < s->n_ao; i++)
		if (!has_ao(stays, s->ao[i].id))
			remove_ao(fd, n, s->ao[i].id, NULL);
}

/* The peer is asked to send with the key @id (RNextKeyID); with which we send, it asks us. */
static int ask_for_ao(int fd, uint8_t id, char err[KEYS_TEXT_LEN])
{
	const struct tcp_ao_info_opt info = {.set_rnext = 1, .rnext = id};
	int r = setsockopt(fd, IPPROTO_TCP, TCP_AO_INFO, &info, sizeof(info)) < 0 ? -errno : 0;

	if (r)
		snprintf(err, KEYS_TEXT_LEN, "TCP-AO key %u: %s", id, strerror(-r));
	return r;
}

int keys_renew(int fd, const struct conf_peer *n, const struct conf_secret *s,
	       char err[KEYS_TEXT_LEN])
{
	int r;

	if (s->password_file[0])
		return put_md5(fd, n, s->password_file, err);
	if (!s->n_ao)
		return 0;
	for (uint8_t i = 0; i < s->n_ao; i++) {
		r = put_ao(fd, n, &s->ao[i], false, err);
		if (r && r != -EEXIST)
			return r;
	}
	r = ask_for_ao(fd, s->ao[0].id, err);
	if (r)
		return r;
	for (unsigned int id = 0; id <= UINT8_MAX; id++)
		if (!has_ao(s, (uint8_t)id))
			remove_ao(fd, n, (uint8_t)id, &s->ao[0].id);
	return 0;
}

static void warn(const struct conf_peer *n, const char *path)
{
	char buf[IP_STRLEN];
	struct stat st;

	if (!stat(path, &st) && (st.st_mode & S_IROTH))
		log_warning("peer %s: everybody may read the key in %s; chmod o-r",
			    ip_format(&n->address, buf), path);
}

void keys_warn(const struct conf_peer *n, const struct conf_secret *s)
{
	if (s->password_file[0])
		warn(n, s->password_file);
	for (uint8_t i = 0; i < s->n_ao; i++)
		warn(n, s->ao[i].file);
}
