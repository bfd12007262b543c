internal import CCurl

/// Everything that libcurl is told about an exchange beforehand.
struct EasyOptions {
    private let easy: OpaquePointer

    init(_ easy: OpaquePointer) {
        self.easy = easy
    }

    func apply(_ request: Request) {
        set(CURLOPT_URL, request.url)
        applyHouseRules()
        // `Patience` ends what lasts too long; this only tells libcurl how to share the time among a name's addresses.
        set(CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect.wholeMilliseconds)
        applyMethodAndBody(request)
        switch request.endpoint {
        case .unix(let path): set(CURLOPT_UNIX_SOCKET_PATH, path)
        case .tcp(_, _, let tls): if let tls { apply(tls) }
        }
    }

    private func applyHouseRules() {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        // An empty proxy also switches off those of the environment.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_USERAGENT, "continuo")
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 10)
        // Else ending an exchange while its name is being resolved would hold the whole thread until the resolver answers.
        set(CURLOPT_QUICK_EXIT, 1)
    }

    private func applyMethodAndBody(_ request: Request) {
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else if let length = bodyLength(request) {
            set(CURLOPT_UPLOAD, 1)
            ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))
        }
        if request.method != "HEAD" { set(CURLOPT_CUSTOMREQUEST, request.method) }
    }

    /// The body's length, −1 where it is unknown, `nil` for no body. Methods that expect a body say that there is none (RFC 9110, 8.6).
    private func bodyLength(_ request: Request) -> Int? {
        switch request.body {
        case .none: ["POST", "PUT", "PATCH"].contains(request.method) ? 0 : nil
        case .bytes(let bytes): bytes.count
        case .streamed(let stream): stream.length ?? -1
        }
    }

    private func apply(_ tls: Endpoint.TLS) {
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let ca = tls.ca {
            setBlob(CURLOPT_CAINFO_BLOB, ca)
            // Debian's libcurl would trust the system's authorities beside ours.
            ccurl_set_string(easy, CURLOPT_CAPATH, nil)
        }
        guard let certificate = tls.certificate, let key = tls.key else { return }
        // Of the two, libcurl compares only the certificate when it looks for a connection to use again. A certificate is public:
        // with the key beside it in the same blob, nobody gets at a connection without having the key too.
        let identity = certificate + [UInt8(ascii: "\n")] + key
        setBlob(CURLOPT_SSLCERT_BLOB, identity)
        setBlob(CURLOPT_SSLKEY_BLOB, identity)
        // Else OpenSSL would ask for the passphrase of an encrypted key on the terminal.
        set(CURLOPT_KEYPASSWD, "")
    }

    private func set(_ option: CURLoption, _ value: Int) {
        ccurl_set_long(easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        ccurl_set_string(easy, option, value)
    }

    private func setBlob(_ option: CURLoption, _ bytes: [UInt8]) {
        ccurl_set_blob(easy, option, bytes, bytes.count)
    }
}
