/// An object that is being written.
struct WriteMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: WriteSink
    let depth: Int
    let codingPath: [any CodingKey]

    private func begin(_ key: Key) -> WriteSink {
        sink.beginMember(key.stringValue, at: depth)
        return sink
    }

    private func path(_ key: Key) -> [any CodingKey] { codingPath + [key] }

    func encodeNil(forKey key: Key) { begin(key).putNull() }
    func encode(_ value: Bool, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: String, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: Double, forKey key: Key) throws { try begin(key).put(value, path: path(key)) }
    func encode(_ value: Float, forKey key: Key) throws { try begin(key).put(value, path: path(key)) }
    func encode(_ value: Int, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: Int8, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: Int16, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: Int32, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: Int64, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: UInt, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: UInt8, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: UInt16, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: UInt32, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: UInt64, forKey key: Key) { begin(key).put(value) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try begin(key).put(value, path: path(key)) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        WriteValue(sink: begin(key), codingPath: path(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        WriteValue(sink: begin(key), codingPath: path(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        sink.beginMember("super", at: depth)
        return WriteValue(sink: sink, codingPath: codingPath + [PathKey(stringValue: "super")])
    }

    func superEncoder(forKey key: Key) -> any Encoder { WriteValue(sink: begin(key), codingPath: path(key)) }
}
