import CRabbitMQ

/// Memory for the strings and tables of C calls: it lives until the next `recycle`. For one thread at a time.
final class Arena {
    private var pool = amqp_pool_t()

    init() {
        init_amqp_pool(&pool, 16 << 10)
    }

    deinit {
        empty_amqp_pool(&pool)
    }

    func recycle() {
        recycle_amqp_pool(&pool)
    }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ bytes: [UInt8]) -> amqp_bytes_t {
        bytes.withUnsafeBytes(copy)
    }

    private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        var copy = amqp_bytes_t()
        amqp_pool_alloc_bytes(&pool, source.count, &copy)
        if let from = source.baseAddress, let to = copy.bytes { to.copyMemory(from: from, byteCount: source.count) }
        return copy
    }

    private func allocate<T>(_ type: T.Type, _ values: [T]) -> UnsafeMutablePointer<T>? {
        guard !values.isEmpty, let memory = amqp_pool_alloc(&pool, values.count * MemoryLayout<T>.stride) else { return nil }
        let typed = memory.bindMemory(to: type, capacity: values.count)
        typed.initialize(from: values, count: values.count)
        return typed
    }

    func table(_ values: [String: FieldValue]) -> amqp_table_t {
        let entries = values.map { amqp_table_entry_t(key: bytes($0.key), value: field($0.value)) }
        return amqp_table_t(num_entries: Int32(entries.count), entries: allocate(amqp_table_entry_t.self, entries))
    }

    private func list(_ values: [FieldValue]) -> amqp_array_t {
        let entries = values.map(field)
        return amqp_array_t(num_entries: Int32(entries.count), entries: allocate(amqp_field_value_t.self, entries))
    }

    private func field(_ value: FieldValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        func set(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(truncatingIfNeeded: kind.rawValue) }
        switch value {
        case .boolean(let flag): (field.value.boolean, _) = (flag ? 1 : 0, set(AMQP_FIELD_KIND_BOOLEAN))
        case .integer(let number): (field.value.i64, _) = (number, set(AMQP_FIELD_KIND_I64))
        case .double(let number): (field.value.f64, _) = (number, set(AMQP_FIELD_KIND_F64))
        case .string(let text): (field.value.bytes, _) = (bytes(text), set(AMQP_FIELD_KIND_UTF8))
        case .bytes(let data): (field.value.bytes, _) = (bytes(data), set(AMQP_FIELD_KIND_BYTES))
        case .timestamp(let seconds): (field.value.u64, _) = (seconds, set(AMQP_FIELD_KIND_TIMESTAMP))
        case .list(let values): (field.value.array, _) = (list(values), set(AMQP_FIELD_KIND_ARRAY))
        case .table(let values): (field.value.table, _) = (table(values), set(AMQP_FIELD_KIND_TABLE))
        case .null: set(AMQP_FIELD_KIND_VOID)
        }
        return field
    }
}
