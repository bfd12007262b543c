internal import CCurl
internal import Glibc

// libcurl calls these on the loop's thread, inside `curl_multi_perform` or `curl_easy_pause`. The context is the handle itself, which
// `Exchanges` keeps alive as long as libcurl has its pointer.
extension EasyHandle {
    func setCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_pointer(pointer, CURLOPT_PRIVATE, context)
        ccurl_on_open_socket(pointer, onOpenSocket, context)
        ccurl_on_request(pointer, onRequest, context)
        ccurl_on_header(pointer, onHeader, context)
        ccurl_on_write(pointer, onWrite, context)
        ccurl_on_read(pointer, onRead, context)
        ccurl_on_seek(pointer, onSeek, context)
    }

    /// The handle behind a context.
    static func of(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
        context.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
    }
}

private let onOpenSocket: curl_opensocket_callback = { context, _, address in
    guard let handle = EasyHandle.of(context), let address else { return CURL_SOCKET_BAD }
    let bytes = UnsafeRawBufferPointer(start: ccurl_address_bytes(address), count: Int(address.pointee.addrlen))
    guard handle.admits(SocketAddress(family: address.pointee.family, bytes: bytes)) else { return CURL_SOCKET_BAD }
    let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)
    return socket(address.pointee.family, address.pointee.socktype | closeOnExec, address.pointee.protocol)
}

private let onRequest: curl_prereq_callback = { context, _, _, _, _ in
    EasyHandle.of(context)?.beginRequest() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private let onHeader: curl_write_callback = { data, size, count, context in
    guard let handle = EasyHandle.of(context) else { return 0 }
    // Any other number than the one given stops libcurl.
    return handle.readHeader(UnsafeRawBufferPointer(start: data, count: size * count)) ? size * count : -1
}

private let onWrite: curl_write_callback = { data, size, count, context in
    guard let handle = EasyHandle.of(context) else { return 0 }
    return switch handle.readBody(UnsafeRawBufferPointer(start: data, count: size * count)) {
    case .taken: size * count
    case .held: Int(CURL_WRITEFUNC_PAUSE)
    case .refused: -1
    }
}

private let onRead: curl_read_callback = { data, size, count, context in
    guard let handle = EasyHandle.of(context) else { return Int(CURL_READFUNC_ABORT) }
    return switch handle.writeBody(UnsafeMutableRawBufferPointer(start: data, count: size * count)) {
    case .bytes(let filled): filled
    case .starved: Int(CURL_READFUNC_PAUSE)
    case .end: 0
    case .failed: Int(CURL_READFUNC_ABORT)
    }
}

private let onSeek: curl_seek_callback = { context, offset, origin in
    guard let handle = EasyHandle.of(context), offset == 0, origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
    return handle.transfer.rewindBody() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
}
