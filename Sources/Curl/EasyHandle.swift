internal import CCurl

/// One exchange inside libcurl: its handle, what the callbacks need, and its clocks. Lives on the loop's thread.
final class EasyHandle {
    let transfer: Transfer
    let pointer: OpaquePointer
    private let addressPolicy: AddressPolicy
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerLines: UnsafeMutablePointer<curl_slist>?

    private var headReader = HeadReader()
    private var received = 0
    private var patience: Patience
    /// Why a callback stopped libcurl; says more than libcurl's own result.
    private var cause: CurlError?
    /// The address refused by the policy, as long as no other was admitted.
    private var refusedAddress: SocketAddress?
    private var hasAdmittedAddress = false

    init(_ transfer: Transfer, addressPolicy: AddressPolicy) {
        guard let pointer = curl_easy_init() else { fatalError("out of memory") }
        self.transfer = transfer
        self.pointer = pointer
        self.addressPolicy = addressPolicy
        patience = Patience(transfer.request.timeouts, start: .now)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        headerLines = Self.headerLines(transfer.request.headers)
        ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
        ccurl_set_headers(pointer, headerLines)
        EasyOptions(pointer).apply(transfer.request)
        setCallbacks()
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headerLines)
        errorText.deallocate()
    }

    private static func headerLines(_ headers: [(String, String)]) -> UnsafeMutablePointer<curl_slist>? {
        // An empty value needs a semicolon: with a colon libcurl would leave the header out, which is what "Expect:" is for.
        let lines = headers.map { $1.isEmpty ? "\($0);" : "\($0): \($1)" } + ["Expect:"]
        return lines.reduce(nil) { curl_slist_append($0, $1) }
    }

    /// Goes on after a pause. That hands on what libcurl had kept back, so a callback may stop the exchange right here.
    /// - Returns: `CURLE_OK` while the exchange goes on.
    func resume() -> CURLcode {
        patience.moved(at: .now)
        transfer.resume()
        let result = curl_easy_pause(pointer, CURLPAUSE_CONT)
        return result == CURLE_BAD_FUNCTION_ARGUMENT ? CURLE_OK : result
    }

    func exhausted(at now: ContinuousClock.Instant) -> CurlError.Phase? {
        patience.exhausted(at: now, ours: transfer.waitsForUs)
    }

    func nextLook(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        patience.nextLook(at: now, ours: transfer.waitsForUs)
    }

    /// libcurl is done.
    func finish(_ result: CURLcode) {
        guard result != CURLE_OK else {
            transfer.finish(.success(()))
            return
        }
        transfer.finish(.failure(cause ?? addressRefusal ?? failure(result)))
    }

    private func failure(_ result: CURLcode) -> CurlError {
        var error = CurlError(result, text: String(cString: errorText), connected: patience.isConnected)
        if case .tcp(_, _, _?) = transfer.request.endpoint, error.code == .interrupted, headReader.head.status == 0 {
            error.message += " (so ends, at times, a connection whose client certificate is refused)"
        }
        return error
    }

    private var addressRefusal: CurlError? {
        guard let refusedAddress, !hasAdmittedAddress else { return nil }
        return CurlError(
            .addressNotAllowed(address: "\(refusedAddress)"),
            "\(transfer.request.endpoint) leads to \(refusedAddress), which the address policy does not allow")
    }
}

// What the callbacks do; the functions for libcurl are in EasyHandle+callbacks.
extension EasyHandle {
    func admits(_ address: SocketAddress) -> Bool {
        let isAllowed = addressPolicy.allows(address)
        if isAllowed { hasAdmittedAddress = true } else { refusedAddress = address }
        return isAllowed
    }

    /// The connection stands and the request is about to go.
    ///
    /// libcurl repeats a request when a connection it had kept turns out to be dead. Whether the peer has acted on the first copy it
    /// can't know, so only what may be done twice is repeated.
    func beginRequest() -> Bool {
        let isRepetition = patience.isConnected
        patience.connected(at: .now)
        guard isRepetition, !transfer.request.isIdempotent else { return true }
        cause = CurlError(.interrupted, "the connection broke before a response came")
        return false
    }

    /// - Returns: whether to go on.
    func readHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        patience.moved(at: .now)
        switch headReader.read(line) {
        case .more: return true
        case .head: return begin(headReader.head)
        case .tooLarge(let limit): cause = CurlError(.tooLarge(limit: limit), "the response's headers exceed \(limit) bytes")
        case .malformed: cause = CurlError(.protocol, "a line of the response's head is no header")
        case .upgraded: cause = CurlError(.protocol, "the peer changed the protocol unasked")
        }
        return false
    }

    private func begin(_ head: ResponseHead) -> Bool {
        let announced = transfer.request.method == "HEAD" ? nil : head.headers["Content-Length"].flatMap { Int($0) }
        guard announced ?? 0 <= transfer.request.responseLimit else { return refuseBody() }
        transfer.receive(head)
        if head.status >= 300 { transfer.stopSending() }
        return true
    }

    enum Reception {
        case taken, held, refused
    }

    func readBody(_ piece: UnsafeRawBufferPointer) -> Reception {
        patience.moved(at: .now)
        guard received + piece.count <= transfer.request.responseLimit else {
            _ = refuseBody()
            return .refused
        }
        guard transfer.receive(piece) else { return .held }
        received += piece.count
        return .taken
    }

    private func refuseBody() -> Bool {
        let limit = transfer.request.responseLimit
        cause = CurlError(.tooLarge(limit: limit), "the response exceeds \(limit) bytes")
        return false
    }

    func writeBody(_ target: UnsafeMutableRawBufferPointer) -> Outbox.Filled {
        patience.moved(at: .now)
        let filled = transfer.fill(target)
        if filled == .failed { cause = CurlError(.bodyFailed, "the request's body failed, or has not the announced length") }
        return filled
    }
}
