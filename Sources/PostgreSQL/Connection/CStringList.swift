/// Texts as C strings in one block of memory, for libpq's lists of pointers; nil becomes a null pointer.
struct CStringList {
    private var bytes: [CChar] = []
    private var offsets: [Int?] = []

    init(_ texts: [String?]) {
        offsets.reserveCapacity(texts.count)
        for text in texts { append(text) }
    }

    private mutating func append(_ text: String?) {
        guard var text else { return offsets.append(nil) }
        offsets.append(bytes.count)
        text.withUTF8 { bytes.append(contentsOf: UnsafeRawBufferPointer($0).assumingMemoryBound(to: CChar.self)) }
        bytes.append(0)
    }

    /// The list, ended by a null pointer; valid inside `body` only.
    func withPointers<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
        bytes.withUnsafeBufferPointer { bytes in
            let pointers = offsets.map { offset in offset.flatMap { bytes.baseAddress?.advanced(by: $0) } } + [nil]
            // The list has its closing null pointer, so it is never empty and has an address.
            return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
        }
    }
}
