// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - evpnd's command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <unistd.h>

#include "conf/conf_file.h"
#include "ctl.h"
#include "parent/ctl_server.h"
#include "system/frr.h"
#include "log.h"
#include "parent/tcp_keys.h"
#include "parent/parent.h"
#include "parent/spawn.h"
#include "version.h"

#define DEFAULT_CONF "/etc/evpn/evpnd.yaml"

#define STATE_DIR "/var/lib/evpn"

enum { OPT_PRINT = 256, OPT_SANDBOX, OPT_STATE };

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"name", required_argument, NULL, 'n'},
	{"socket", required_argument, NULL, 's'},
	{"foreground", no_argument, NULL, 'f'},
	{"level", required_argument, NULL, 'l'},
	{"check", required_argument, NULL, 't'},
	{"print", required_argument, NULL, OPT_PRINT},
	{"state", required_argument, NULL, OPT_STATE},
	{"sandbox", required_argument, NULL, OPT_SANDBOX},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{},
};

static void usage(FILE *f)
{
	fputs("usage: evpnd [-c FILE] [-n NAME | -s SOCKET] [-f] [-l LEVEL]\n"
	      "       evpnd -t FILE\n"
	      "\n"
	      "EVPN multihoming daemon: speaks BGP EVPN, elects Designated Forwarders, and has the\n"
	      "kernel module evpn enforce the result.\n"
	      "\n"
	      "  -c, --config FILE    configuration (" DEFAULT_CONF ")\n"
	      "  -n, --name NAME      control socket in " CTL_DIR
	      "/NAME/, for several on one host\n"
	      "  -s, --socket PATH    control socket (" CTL_DIR "/" CTL_SOCKET ")\n"
	      "  -f, --foreground     log for a person: with time, without severity prefix\n"
	      "  -l, --level LEVEL    log error, warning, info (default) or debug\n"
	      "  -t, --check FILE     say everything that is wrong with FILE, and exit: 0 nothing, 1 something\n"
	      "      --print FILE     print FILE's canonical form, and exit\n"
	      "      --state FILE     what is to outlive a restart and a boot (" STATE_DIR
	      "/NAME.state)\n"
	      "      --sandbox MODE   a forbidden system call of the speaker: kill (default), errno\n"
	      "                       (default with -l debug) or off\n"
	      "  -V, --version        print the version\n"
	      "  -h, --help           print this\n",
	      f);
}

/* The file is valid without them, and may be meant for another machine; the neighbours stay shut down. */
static size_t check_keys(const struct conf_file *file, const char *path)
{
	char err[KEYS_TEXT_LEN], buf[IP_STRLEN];
	size_t n = 0;

	for (size_t i = 0; i < file->conf->n_peers; i++) {
		if (!keys_check(&file->secrets[i], err))
			continue;
		fprintf(stderr, "%s: warning: peer %s stays shut down: %s\n", path,
			ip_format(&file->conf->peers[i].address, buf), err);
		n++;
	}
	return n;
}

/* Return: exit status */
static int check(const char *path, bool print)
{
	struct conf_errors errors = {};
	struct conf_file *file = conf_parse_path(path, &errors);
	char *text = file && print ? conf_yaml(file) : NULL;

	conf_errors_print(&errors, path, stderr);
	if (text)
		fputs(text, stdout);
	else if (file)
		printf("%s: %zu peers, %zu VRFs, %zu segments, %zu bridges, %zu warnings\n", path,
		       file->conf->n_peers, file->conf->n_vrfs, file->conf->n_segments,
		       file->conf->n_bridges, errors.warnings + check_keys(file, path));
	free(text);
	conf_errors_free(&errors);
	if (!file)
		return 1;
	conf_file_free(file);
	return 0;
}

/*
 * A descriptor for each session and for each one that is about to be one: the soft limit is for programs
 * that use select(). Speakers inherit it.
 */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warning("the limit of descriptors stays as it is: %s", strerror(errno));
}

static int run(const struct parent_options *options)
{
	struct conf_errors errors = {};
	struct conf_file *conf = conf_parse_path(options->conf_path, &errors);
	int fd;

	conf_errors_print(&errors, options->conf_path, stderr);
	conf_errors_free(&errors);
	if (!conf)
		return 1;
	raise_descriptors();
	/* What needs more than two capabilities comes before they are all there is. */
	fd = ctl_bind(options->socket_path);
	spawn_prepare();
	sandbox_join(FRR_GROUP);
	if (fd < 0 || sandbox_parent()) {
		conf_file_free(conf);
		return 1;
	}
	log_info("version " EVPN_VERSION ", %s, control socket %s", options->conf_path,
		 options->socket_path);
	return parent_main(options, conf, fd);
}

static int bad_value(const char *option, const char *value)
{
	fprintf(stderr, "evpnd: %s: \"%s\" makes no sense; evpnd -h lists what does\n", option,
		value);
	return 1;
}

/* Beside a socket that was chosen by its path, else where packages keep such things. */
static const char *state_path(char path[CONF_PATH_MAX], const char *socket, const char *name)
{
	if (socket) {
		snprintf(path, CONF_PATH_MAX, "%s.state", socket);
		return path;
	}
	mkdir(STATE_DIR, 0755);
	snprintf(path, CONF_PATH_MAX, STATE_DIR "/%s.state", name ? name : "evpnd");
	return path;
}

int main(int argc, char **argv)
{
	char state[CONF_PATH_MAX];
	struct parent_options options = {.conf_path = DEFAULT_CONF};
	char path[CTL_PATH_LEN];
	const char *name = NULL;
	bool sandbox = false;
	enum log_level level;
	int c;

	if (argc > 1 && spawn_is_child(argv[1]))
		return spawn_main(argc, argv);
	while ((c = getopt_long(argc, argv, "c:n:s:fl:t:Vh", long_options, NULL)) >= 0) {
		switch (c) {
		case 'c':
			options.conf_path = optarg;
			break;
		case 'n':
			name = optarg;
			if (strchr(name, '/') || !name[0] || name[0] == '.')
				return bad_value("--name", name);
			break;
		case 's':
			options.socket_path = optarg;
			break;
		case 'f':
			options.human = true;
			break;
		case 'l':
			if (!log_level_parse(optarg, &level))
				return bad_value("--level", optarg);
			log_set_level(level);
			break;
		case 't':
			return check(optarg, false);
		case OPT_PRINT:
			return check(optarg, true);
		case OPT_STATE:
			options.state_path = optarg;
			break;
		case OPT_SANDBOX:
			if (!sandbox_policy_parse(optarg, &options.sandbox))
				return bad_value("--sandbox", optarg);
			sandbox = true;
			break;
		case 'V':
			puts("evpnd " EVPN_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	if (optind < argc)
		return bad_value("argument", argv[optind]);
	if (ctl_path(path, name))
		return bad_value("--name", name);
	if (!options.state_path)
		options.state_path = state_path(state, options.socket_path, name);
	if (!options.socket_path)
		options.socket_path = path;
	/* Who looks for a fault wants to see all of it, and not its first system call alone. */
	if (!sandbox && log_get_level() == LOG_LEVEL_DEBUG)
		options.sandbox = SANDBOX_ERRNO;
	log_open("evpnd", options.human);
	return run(&options);
}
