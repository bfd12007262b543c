import CRabbitMQ

// What the library hands out lives in its buffers: everything is copied at once.

extension String {
    init(_ bytes: amqp_bytes_t) {
        self = String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension [UInt8] {
    init(_ bytes: amqp_bytes_t) {
        self = Array(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}

extension [String: FieldValue] {
    init(_ table: amqp_table_t) {
        self = [:]
        for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
            self[String(entry.key)] = FieldValue(entry.value)
        }
    }
}

extension FieldValue {
    init(_ field: amqp_field_value_t) {
        let value = field.value
        switch amqp_field_value_kind_t(rawValue: UInt32(field.kind)) {
        case AMQP_FIELD_KIND_BOOLEAN: self = .boolean(value.boolean != 0)
        case AMQP_FIELD_KIND_I8: self = .integer(Int64(value.i8))
        case AMQP_FIELD_KIND_U8: self = .integer(Int64(value.u8))
        case AMQP_FIELD_KIND_I16: self = .integer(Int64(value.i16))
        case AMQP_FIELD_KIND_U16: self = .integer(Int64(value.u16))
        case AMQP_FIELD_KIND_I32: self = .integer(Int64(value.i32))
        case AMQP_FIELD_KIND_U32: self = .integer(Int64(value.u32))
        case AMQP_FIELD_KIND_I64: self = .integer(value.i64)
        case AMQP_FIELD_KIND_U64: self = .integer(Int64(clamping: value.u64))
        case AMQP_FIELD_KIND_F32: self = .double(Double(value.f32))
        case AMQP_FIELD_KIND_F64: self = .double(value.f64)
        case AMQP_FIELD_KIND_UTF8: self = .string(String(value.bytes))
        case AMQP_FIELD_KIND_BYTES: self = .bytes([UInt8](value.bytes))
        case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(value.u64)
        case AMQP_FIELD_KIND_TABLE: self = .table([String: FieldValue](value.table))
        case AMQP_FIELD_KIND_ARRAY:
            let entries = UnsafeBufferPointer(start: value.array.entries, count: Int(value.array.num_entries))
            self = .list(entries.map(FieldValue.init))
        default: self = .null
        }
    }
}
