/// An array that is being written.
struct WriteElements: UnkeyedEncodingContainer {
    let sink: WriteSink
    let depth: Int
    private(set) var count = 0

    var codingPath: [any CodingKey] { sink.path(to: depth - 1) }

    private mutating func begin() -> WriteSink {
        sink.beginElement(at: depth)
        count += 1
        return sink
    }

    mutating func encodeNil() { begin().putNull() }
    mutating func encode(_ value: Bool) { begin().put(value) }
    mutating func encode(_ value: String) { begin().put(value) }
    mutating func encode(_ value: Double) throws { try begin().put(number: value) }
    mutating func encode(_ value: Float) throws { try begin().put(number: value) }
    mutating func encode(_ value: Int) { begin().put(integer: value) }
    mutating func encode(_ value: Int8) { begin().put(integer: value) }
    mutating func encode(_ value: Int16) { begin().put(integer: value) }
    mutating func encode(_ value: Int32) { begin().put(integer: value) }
    mutating func encode(_ value: Int64) { begin().put(integer: value) }
    mutating func encode(_ value: UInt) { begin().put(integer: value) }
    mutating func encode(_ value: UInt8) { begin().put(integer: value) }
    mutating func encode(_ value: UInt16) { begin().put(integer: value) }
    mutating func encode(_ value: UInt32) { begin().put(integer: value) }
    mutating func encode(_ value: UInt64) { begin().put(integer: value) }
    mutating func encode(_ value: some Encodable) throws { try begin().put(encoding: value) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        WriteValue(sink: begin(), depth: depth).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        WriteValue(sink: begin(), depth: depth).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { WriteValue(sink: begin(), depth: depth) }
}
