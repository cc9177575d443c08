package pack

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"aead.dev/minisign"
)

// SignatureEnding is that of the name of a pack's signature, after the pack's own name.
const SignatureEnding = ".minisig"

// Sign writes the signature of a pack, in minisign's format, beside it. password is for a secret key that is encrypted.
func Sign(path, keyFile, password string) error {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	var key minisign.PrivateKey
	if minisign.IsEncrypted(text) {
		if key, err = minisign.DecryptKey(password, text); err != nil {
			return fmt.Errorf("key %s: %w: T2HOST_KEY_PASSWORD has its password", keyFile, err)
		}
	} else if err = key.UnmarshalText(text); err != nil {
		return fmt.Errorf("key %s: %w: it must be a secret key of minisign", keyFile, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := minisign.NewReader(f) // it signs a hash, as minisign itself does
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	comment := "t2host pack " + filepath.Base(path)
	return os.WriteFile(path+SignatureEnding, r.SignWithComments(key, comment, "signature of "+comment), 0o644)
}

// Verify returns an error if a pack's signature is not one by the key. pack is the pack, to its end.
func Verify(pack io.Reader, signature []byte, keyFile string) error {
	key, err := minisign.PublicKeyFromFile(keyFile)
	if err != nil {
		return fmt.Errorf("key %s: %w: it must be a public key of minisign", keyFile, err)
	}
	r := minisign.NewReader(pack)
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if !r.Verify(key, signature) {
		return errors.New("the signature is not one of this pack by that key: do not use it")
	}
	return nil
}
