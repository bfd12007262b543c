import NIOSSL

/// With what the engine shows itself to its callers.
public struct ServerIdentity: Sendable, Hashable {
    /// Its certificate, and those between it and the authority; PEM.
    public var certificates: [UInt8]
    /// The certificate's private key; PEM, without a passphrase.
    public var key: [UInt8]

    public init(certificates: [UInt8], key: [UInt8]) {
        self.certificates = certificates
        self.key = key
    }

    /// Why a listener can't show itself so.
    public struct Unusable: Error, Sendable, CustomStringConvertible {
        public let reason: String
        public var description: String { "the certificate and its key can't be used: \(reason)" }
    }

    /// TLS 1.2 and 1.3, for HTTP/1.1.
    func context() throws(Unusable) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(certificates)
            let key = try NIOSSLPrivateKey(bytes: key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadCertificate {
            throw Unusable(reason: "there is no certificate in PEM form")
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw Unusable(reason: "the key is none in PEM form, or not the certificate's")
        } catch {
            throw Unusable(reason: "\(error)")
        }
    }
}

extension ServerIdentity: CustomStringConvertible, CustomReflectable {
    public var description: String { "server identity" }
    /// No dump of it shows its key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
