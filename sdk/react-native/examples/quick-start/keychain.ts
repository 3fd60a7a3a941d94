import type { SecretStore } from "@portico/react-native";
import * as Keychain from "react-native-keychain";

const accessible = Keychain.ACCESSIBLE.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY;

export const keychain: SecretStore = {
  get: async (service) => {
    const found = await Keychain.getGenericPassword({ service });
    return found ? found.password : null;
  },
  set: (service, value) => Keychain.setGenericPassword("portico", value, { service, accessible }),
  remove: (service) => Keychain.resetGenericPassword({ service }),
};
