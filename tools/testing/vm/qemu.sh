# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The guests with Debian's own kernels, under QEMU. Sourced by guest.sh.

QEMU=qemu-system-x86_64
QEMU_MODULES='virtio_pci virtio_console 9p 9pnet_virtio overlay'

# qemu_root GUEST: where its kernel, modules and headers are. They are unpacked, never installed: this
# machine's own boot is none of our business, and an initramfs for a kernel nobody boots takes minutes.
qemu_root() {
	case $1 in
	qemu) unpack_kernel bookworm amd64 image headers ;;
	qemu-rt) unpack_kernel bookworm rt-amd64 image headers ;;
	qemu-6.12) unpack_kernel bookworm-backports amd64 image headers ;;
	esac
}

# make_initramfs ROOT VERSION FILE: busybox, the modules in the order in which they
# load, and init-qemu.sh. Needs no privilege.
make_initramfs() {
	local root=$1 version=$2 dir m
	dir=$(mktemp -d)
	mkdir -p "$dir/bin" "$dir/modules"
	cp "$(command -v busybox)" "$dir/bin/busybox"
	cp "$VM/init-qemu.sh" "$dir/init"
	chmod 755 "$dir/init" "$dir/bin/busybox"
	for m in $QEMU_MODULES; do
		/sbin/modprobe -d "$root/" -S "$version" --show-depends "$m" || return 1
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r m; do
		cp "$m" "$dir/modules/"
		[ "$m" = "${m%.xz}" ] || xz -d "$dir/modules/${m##*/}"
		basename "$m" .xz >>"$dir/modules/order"
	done
	(cd "$dir" && find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip -1) >"$3.tmp.$$" &&
		mv "$3.tmp.$$" "$3"
	rm -rf "$dir"
}

# build_qemu GUEST: the directory with vmlinuz, initrd and the kernel's root.
build_qemu() {
	local version out root
	root=$(qemu_root "$1") || exit 1
	version=${root##*/}
	command -v "$QEMU" >/dev/null || die "$QEMU not found: make deps"
	busybox true 2>/dev/null || die "busybox not found: make deps"
	out=$CACHE/$1-$({ echo "$version $QEMU_MODULES"; cat "$VM/init-qemu.sh"; busybox | head -n1; } |
		sha256sum | cut -c1-12)
	if [ ! -e "$out/ready" ]; then
		mkdir -p "$out"
		cp "$root/boot/vmlinuz-$version" "$out/vmlinuz"
		ln -sfn "$root" "$out/root"
		make_initramfs "$root" "$version" "$out/initrd" || die "cannot make the initramfs"
		touch "$out/ready"
	fi
	echo "$out"
}

# accelerator: kvm where an ordinary guest really starts under it (a /dev/kvm
# that opens proves nothing), else tcg. The answer is kept.
accelerator() {
	local known
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || { echo tcg; return; }
	known=$CACHE/accel-$({ uname -r; "$QEMU" --version; echo "$KERNEL"; } | sha256sum | cut -c1-12)
	if [ ! -s "$known" ]; then
		echo "guest: trying whether KVM starts a guest here" >&2
		if timeout -s KILL 15 "$QEMU" -accel kvm -cpu host -m 256 -nodefaults -display none \
			-no-reboot -serial stdio -kernel "$KERNEL/vmlinuz" -initrd "$KERNEL/initrd" \
			-append 'console=ttyS0 panic=-1 evpn_probe' </dev/null 2>/dev/null |
			grep -q evpn-probe-ok; then
			echo kvm >"$known"
		else
			echo tcg >"$known"
		fi
	fi
	cat "$known"
}

# exec_qemu: replaces the caller by the guest; descriptors as in exec_uml.
exec_qemu() {
	local accel cpu=host con args
	accel=$(accelerator)
	[ -z "$ICOUNT" ] || accel=tcg SMP=1
	# One thread for all processors: with one each, a guest that patches its own code (a netfilter
	# hook comes or goes) while another processor runs it has been seen to die.
	[ "$accel" = tcg ] && accel=tcg,thread=single cpu=max
	con="console=ttyS0 evpn_init=$VM/init.sh mitigations=off random.trust_cpu=on no_timer_check"
	con="$con watchdog_thresh=30 ${KERNEL_ARGS[*]} ${EXTRA_ARGS[*]}"
	args=(-machine q35 -accel "$accel" -cpu "$cpu" -smp "${SMP:-2}" -m "${MEM:-1024}"
		-nodefaults -no-user-config -display none -no-reboot
		-kernel "$KERNEL/vmlinuz" -initrd "$KERNEL/initrd" -append "$con"
		-chardev "file,id=log,path=$RUN/console.log" -serial chardev:log
		-device virtio-rng-pci
		-virtfs "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"
		-virtfs "local,path=$RUN/ctl,mount_tag=ctl,security_model=none")
	[ -z "$ICOUNT" ] || args+=(-icount shift=0)
	[ -n "$OUT" ] && args+=(-virtfs "local,path=$OUT,mount_tag=out,security_model=none,multidevs=remap")
	if [ -n "$SHELL_MODE" ]; then
		contain "$QEMU" "${args[@]}" -chardev stdio,id=tty,signal=off -serial chardev:tty
	fi
	contain "$QEMU" "${args[@]}" -device virtio-serial-pci \
		-chardev "file,id=out,path=$RUN/stdout" -device virtserialport,chardev=out,name=evpn.out \
		-chardev "file,id=err,path=$RUN/stderr" -device virtserialport,chardev=err,name=evpn.err \
		</dev/null >>"$RUN/console.log" 2>&1
}
