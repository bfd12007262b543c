/// An object that is being written.
struct WriteMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: WriteSink
    let depth: Int

    var codingPath: [any CodingKey] { sink.path(to: depth - 1) }

    private func begin(_ key: Key) -> WriteSink {
        sink.beginMember(key.stringValue, at: depth)
        return sink
    }

    func encodeNil(forKey key: Key) { begin(key).putNull() }
    func encode(_ value: Bool, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: String, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: Double, forKey key: Key) throws { try begin(key).put(number: value) }
    func encode(_ value: Float, forKey key: Key) throws { try begin(key).put(number: value) }
    func encode(_ value: Int, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: Int8, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: Int16, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: Int32, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: Int64, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: UInt, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: UInt8, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: UInt16, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: UInt32, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: UInt64, forKey key: Key) { begin(key).put(integer: value) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try begin(key).put(encoding: value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        WriteValue(sink: begin(key), depth: depth).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        WriteValue(sink: begin(key), depth: depth).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        sink.beginMember("super", at: depth)
        return WriteValue(sink: sink, depth: depth)
    }

    func superEncoder(forKey key: Key) -> any Encoder { WriteValue(sink: begin(key), depth: depth) }
}
