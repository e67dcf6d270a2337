import { describe, expect, it } from '@jest/globals';

import { asksForPassword } from '../../../src/transports/login/password-question.ts';

describe('asksForPassword', () => {
  it.each([
    'Password: ',
    "admin@10.0.0.1's password: ",
    '(admin@10.0.0.1) Password: ',
    "(admin@token.example.com) admin@token.example.com's password: ",
    '(admin@code.example.com) Password: ',
    'admin@code: Password: ',
    'Password of admin@code: ',
    'Password for admin@EXAMPLE.COM: ',
    'Passwort: ',
    'Mot de passe : ',
    '密码：',
  ])('takes %j for one', (text) => {
    expect(asksForPassword(text)).toBe(true);
  });

  it.each([
    'Verification code: ',
    "One-time password (OATH) for `admin': ",
    '(admin@10.0.0.1) One-time password: ',
    'Enter PASSCODE: ',
    'Passcode or option (1-3): ',
    'Password & verification code: ',
    'OTP password: ',
    'Einmalpasswort: ',
    'Mot de passe à usage unique : ',
    'Token password: ',
    'Login: ',
  ])('takes %j for something else', (text) => {
    expect(asksForPassword(text)).toBe(false);
  });
});
