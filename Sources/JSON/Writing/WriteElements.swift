/// An array that is being written.
struct WriteElements: UnkeyedEncodingContainer {
    let sink: WriteSink
    let depth: Int
    let codingPath: [any CodingKey]
    private(set) var count = 0

    private mutating func begin() -> WriteSink {
        sink.beginElement(at: depth)
        count += 1
        return sink
    }

    private var path: [any CodingKey] { codingPath + [PathKey(intValue: count - 1)] }

    mutating func encodeNil() { begin().putNull() }
    mutating func encode(_ value: Bool) { begin().put(value) }
    mutating func encode(_ value: String) { begin().put(value) }
    mutating func encode(_ value: Double) throws { try begin().put(value, path: path) }
    mutating func encode(_ value: Float) throws { try begin().put(value, path: path) }
    mutating func encode(_ value: Int) { begin().put(value) }
    mutating func encode(_ value: Int8) { begin().put(value) }
    mutating func encode(_ value: Int16) { begin().put(value) }
    mutating func encode(_ value: Int32) { begin().put(value) }
    mutating func encode(_ value: Int64) { begin().put(value) }
    mutating func encode(_ value: UInt) { begin().put(value) }
    mutating func encode(_ value: UInt8) { begin().put(value) }
    mutating func encode(_ value: UInt16) { begin().put(value) }
    mutating func encode(_ value: UInt32) { begin().put(value) }
    mutating func encode(_ value: UInt64) { begin().put(value) }
    mutating func encode(_ value: some Encodable) throws { try begin().put(value, path: path) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        WriteValue(sink: begin(), codingPath: path).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        WriteValue(sink: begin(), codingPath: path).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { WriteValue(sink: begin(), codingPath: path) }
}
