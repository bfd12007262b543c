/// The place of one value, for whoever encodes it.
struct WriteValue: Encoder, SingleValueEncodingContainer {
    let sink: WriteSink
    /// Of what it is in.
    let depth: Int

    var codingPath: [any CodingKey] { sink.path(to: depth) }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(WriteMembers<Key>(sink: sink, depth: sink.begin(isObject: true)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        WriteElements(sink: sink, depth: sink.begin(isObject: false))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { sink.putNull() }
    func encode(_ value: Bool) { sink.put(value) }
    func encode(_ value: String) { sink.put(value) }
    func encode(_ value: Double) throws { try sink.put(number: value) }
    func encode(_ value: Float) throws { try sink.put(number: value) }
    func encode(_ value: Int) { sink.put(integer: value) }
    func encode(_ value: Int8) { sink.put(integer: value) }
    func encode(_ value: Int16) { sink.put(integer: value) }
    func encode(_ value: Int32) { sink.put(integer: value) }
    func encode(_ value: Int64) { sink.put(integer: value) }
    func encode(_ value: UInt) { sink.put(integer: value) }
    func encode(_ value: UInt8) { sink.put(integer: value) }
    func encode(_ value: UInt16) { sink.put(integer: value) }
    func encode(_ value: UInt32) { sink.put(integer: value) }
    func encode(_ value: UInt64) { sink.put(integer: value) }
    func encode(_ value: some Encodable) throws { try sink.put(encoding: value) }
}
