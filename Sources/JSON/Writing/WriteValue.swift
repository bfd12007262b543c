/// The place of one value, for whoever encodes it.
struct WriteValue: Encoder, SingleValueEncodingContainer {
    let sink: WriteSink
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(WriteMembers<Key>(sink: sink, depth: sink.begin(isObject: true), codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        WriteElements(sink: sink, depth: sink.begin(isObject: false), codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { sink.putNull() }
    func encode(_ value: Bool) { sink.put(value) }
    func encode(_ value: String) { sink.put(value) }
    func encode(_ value: Double) throws { try sink.put(value, path: codingPath) }
    func encode(_ value: Float) throws { try sink.put(value, path: codingPath) }
    func encode(_ value: Int) { sink.put(value) }
    func encode(_ value: Int8) { sink.put(value) }
    func encode(_ value: Int16) { sink.put(value) }
    func encode(_ value: Int32) { sink.put(value) }
    func encode(_ value: Int64) { sink.put(value) }
    func encode(_ value: UInt) { sink.put(value) }
    func encode(_ value: UInt8) { sink.put(value) }
    func encode(_ value: UInt16) { sink.put(value) }
    func encode(_ value: UInt32) { sink.put(value) }
    func encode(_ value: UInt64) { sink.put(value) }
    func encode(_ value: some Encodable) throws { try sink.put(value, path: codingPath) }
}
