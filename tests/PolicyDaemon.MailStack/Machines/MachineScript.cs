namespace PolicyDaemon.MailStack.Machines;

/// <summary>What makes a machine of a directory: namespaces, a control group, an overlay, the file systems that systemd expects, and systemd.</summary>
internal static class MachineScript
{
    /// <remarks>
    /// The control group comes first, in a hierarchy that is mounted for this process alone: systemd takes the root of its namespace for
    /// the root of the machine. Mounts are shared in the end, as whoever starts systemd in a container has to see to: without, services get no
    /// credentials. Masked are timers, since what they start changes files, and what needs a console or a kernel of its own.
    /// </remarks>
    private const string Boot = """
        set -e
        original=$1 root=$2
        cd "$root"
        mkdir -p changes work system group
        mount -t cgroup2 cgroup2 group
        mkdir "group/policydaemon-${root##*/}"
        echo 0 > "group/policydaemon-${root##*/}/cgroup.procs"
        umount group
        exec unshare --cgroup -- sh -c '
            set -e
            original=$1
            mount -t overlay overlay -o "lowerdir=$original,upperdir=changes,workdir=work" system
            cd system
            mount -t proc proc proc
            mount -t sysfs sysfs sys
            mount -t cgroup2 cgroup2 sys/fs/cgroup
            mount -t tmpfs -o mode=755 tmpfs run
            mount -t tmpfs -o mode=1777 tmpfs tmp
            mount -t tmpfs -o mode=755 tmpfs dev
            for device in null zero full random urandom tty; do
                touch dev/$device
                mount --bind /dev/$device dev/$device
            done
            ln -s /proc/self/fd dev/fd
            ln -s /proc/self/fd/0 dev/stdin
            ln -s /proc/self/fd/1 dev/stdout
            ln -s /proc/self/fd/2 dev/stderr
            mkdir dev/shm dev/pts
            mount -t tmpfs tmpfs dev/shm
            mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
            ln -s pts/ptmx dev/ptmx
            rm usr/sbin/policy-rc.d
            ip link set lo up
            hostname mail
            pivot_root . mnt
            umount -l /mnt
            mount --make-rshared /
            set -- systemd.unit=multi-user.target
            for unit in timers.target getty.target systemd-logind.service systemd-modules-load.service e2scrub_reap.service; do
                set -- "$@" "systemd.mask=$unit"
            done
            exec env -i container=policydaemon-tests PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal "$@"
        ' boot "$original"
        """;

    private const string Remove = """
        mount -t cgroup2 cgroup2 "$1/group" || exit
        for try in 1 2 3 4 5 6 7 8 9 10; do
            find "$1/group/policydaemon-${1##*/}" -depth -type d -exec rmdir {} + 2>/dev/null
            [ -d "$1/group/policydaemon-${1##*/}" ] || break
            sleep 0.1
        done
        """;

    /// <param name="original">The system that is copied.</param>
    /// <param name="root">An own directory of the machine.</param>
    internal static string[] Start(string original, string root) =>
        ["unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--", "sh", "-c", Boot, "machine", original, root];

    /// <summary>Arguments of unshare(1); for a machine whose processes are gone.</summary>
    internal static string[] RemoveGroup(string root) => ["--mount", "--", "sh", "-c", Remove, "remove", root];
}
