/// A name by which a caller recognizes a request that it sends more than once: the header `Idempotency-Key`.
struct IdempotencyKey: Sendable, Hashable {
    private static let lengths = 1...255
    private static let visible = UInt8(ascii: "!")...UInt8(ascii: "~")

    let text: String

    /// Throws 400 unless it has 1 to 255 visible ASCII characters.
    init(field: String) throws(Problem) {
        guard Self.lengths.contains(field.utf8.count), field.utf8.allSatisfy(Self.visible.contains) else {
            throw Problem(
                .badRequest, "The Idempotency-Key has to be 1 to 255 visible ASCII characters; a UUID is a good one.")
        }
        text = field
    }
}
