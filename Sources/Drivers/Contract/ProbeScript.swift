public import Model

extension PlannedProbe {
    /// The probe as a command that runs inside the node and exits with 0 when all is well, for drivers whose hosts know no other.
    ///
    /// A TCP or HTTP probe asks at 127.0.0.1. It needs `/bin/sh` in the image, and one of bash, nc, wget and curl, or busybox with
    /// one of them; without any it exits with 126 and says so.
    public var insideCommand: [String] {
        switch check {
        case .exec(let command): command
        case .tcp(let port): ["/bin/sh", "-c", Self.tcpScript, "probe", String(port), String(timeout)]
        case .http(let http): ["/bin/sh", "-c", Self.httpScript, "probe", String(http.port), String(timeout), http.path]
        }
    }

    private static let tools = """
        has() { command -v "$1" > /dev/null 2>&1; }
        lacking() { echo 'no bash, nc, wget or curl to probe with'; exit 126; }
        box=; has busybox && box=$(busybox --list 2> /dev/null)
        boxed() { case "\n$box\n" in *"\n$1\n"*) true;; *) false;; esac; }
        wget=; if has wget; then wget=wget; elif boxed wget; then wget='busybox wget'; fi
        nc=; if has nc; then nc=nc; elif boxed nc; then nc='busybox nc'; fi
        # Not every wget knows how to give up.
        case $($wget --help 2>&1) in *' -T'*) wget="$wget -T $2";; esac

        """

    /// wget and curl speak HTTP, whatever listens: that they reached somebody is enough.
    private static let tcpScript =
        tools + """
            if has bash; then exec bash -c 'exec 3<> "/dev/tcp/127.0.0.1/$0"' "$1"; fi
            if [ -n "$nc" ]; then
                # Not every nc knows -z.
                $nc -z -w "$2" 127.0.0.1 "$1" > /dev/null 2>&1 && exit
                exec $nc -w "$2" 127.0.0.1 "$1" < /dev/null > /dev/null
            fi
            if has curl; then
                curl --silent --output /dev/null --max-time "$2" "http://127.0.0.1:$1/"
                [ $? != 7 ]; exit
            fi
            [ -n "$wget" ] || lacking
            case $($wget -O /dev/null "http://127.0.0.1:$1/" 2>&1) in *refused*) exit 1;; esac

            """

    private static let httpScript =
        tools + """
            url=http://127.0.0.1:$1$3
            ask() { printf 'GET %s HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' "$1"; }
            good() { read -r version code rest; case $code in [23]??) true;; *) echo "status $code"; false;; esac; }
            if has curl; then
                code=$(curl --silent --output /dev/null --max-time "$2" --write-out '%{http_code}' "$url")
                echo "HTTP/1.1 $code" | good; exit
            fi
            if [ -n "$wget" ]; then exec $wget -q -O /dev/null "$url"; fi
            if [ -n "$nc" ]; then ask "$3" | $nc -w "$2" 127.0.0.1 "$1" | good; exit; fi
            has bash || lacking
            exec bash -c '
                exec 3<> "/dev/tcp/127.0.0.1/$0" || exit 1
                printf "GET %s HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n" "$1" >&3
                read -r version code rest <&3; case $code in [23]??) exit 0;; *) echo "status $code"; exit 1;; esac
            ' "$1" "$3"

            """
}
