internal import CCurl

extension CurlError {
    /// What libcurl's result means.
    /// - Parameters:
    ///   - text: libcurl's own words, from its error buffer.
    ///   - connected: whether the request was on its way.
    init(_ result: CURLcode, text: String, connected: Bool) {
        let message = text.isEmpty ? String(cString: curl_easy_strerror(result)) : text
        self.init(Self.code(result, message, connected), message)
    }

    private static func code(_ result: CURLcode, _ message: String, _ connected: Bool) -> Code {
        switch result {
        // Connected before, so this was libcurl's second try: the first copy of the request may have arrived.
        case CURLE_COULDNT_RESOLVE_HOST where connected, CURLE_COULDNT_CONNECT where connected: .interrupted
        case CURLE_COULDNT_RESOLVE_HOST: .unresolved
        case CURLE_COULDNT_CONNECT: .refused
        case CURLE_OPERATION_TIMEDOUT: .timeout(connected ? .total : .connect)
        case CURLE_RECV_ERROR where message.contains("chunked-encoding"): .protocol
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SEND_FAIL_REWIND:
            refusedInTLS(message) ? .tls : .interrupted
        case CURLE_URL_MALFORMAT: .invalidRequest
        default: tlsResults.contains(result.rawValue) ? .tls : .protocol
        }
    }

    /// With TLS 1.3 a server refuses the client's certificate only after the handshake, by an alert in place of the response.
    private static func refusedInTLS(_ message: String) -> Bool {
        message.contains("SSL_") && message.contains("alert")
    }

    private static let tlsResults: Set<UInt32> = Set(
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        ].map(\.rawValue))
}
