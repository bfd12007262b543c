internal import CCurl

/// libcurl's multi handle: many exchanges and their connections on one thread.
///
/// `@unchecked`: a bare pointer. Every call is the loop's thread's, but `wake`, which libcurl allows from any thread as long as the
/// handle lives; `Loop` sees to that.
struct MultiHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(connectionLimit: Int) {
        guard let pointer = curl_multi_init() else { fatalError("out of memory") }
        self.pointer = pointer
        ccurl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, connectionLimit)
        ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, connectionLimit)
        ccurl_multi_set_long(pointer, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    func wake() {
        curl_multi_wakeup(pointer)
    }

    func add(_ easy: OpaquePointer) -> Bool {
        curl_multi_add_handle(pointer, easy) == CURLM_OK
    }

    func remove(_ easy: OpaquePointer) {
        curl_multi_remove_handle(pointer, easy)
    }

    func perform() {
        var running: Int32 = 0
        curl_multi_perform(pointer, &running)
    }

    /// Waits for sockets, a wake-up, or libcurl's own clocks.
    func wait(atMost limit: Duration) {
        curl_multi_poll(pointer, nil, 0, Int32(clamping: limit.wholeMilliseconds), nil)
    }

    /// An exchange that libcurl is done with.
    func nextDone() -> (easy: OpaquePointer, result: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(pointer, &left) {
            if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
                return (easy, message.pointee.data.result)
            }
        }
        return nil
    }

    func free() {
        curl_multi_cleanup(pointer)
    }
}

extension Duration {
    /// Rounded up, so that a wait never ends before its time and no limit becomes zero (libcurl's word for "none").
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let milliseconds = Int64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        return max(1, Int(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + milliseconds))
    }
}
