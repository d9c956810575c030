using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>
/// Stored passwords made by others: doveadm pw of Dovecot 2.3.19, slappasswd of OpenLDAP 2.5.13 (pw-sha2, argon2), crypt(3) of libxcrypt 4.4,
/// slapd-pw-pbkdf2(5), RFC 7677. All but the last rows are of the password <c>test1234</c>.
/// </summary>
internal static class PasswordVectors
{
    public const string Common = "test1234";

    /// <summary>Stored form, password.</summary>
    public static TheoryData<string, string> All => new()
    {
        // Dovecot
        { "{PLAIN}test1234", Common },
        { "{CLEARTEXT}test1234", Common },
        { "{CLEAR}test1234", Common },
        { "{plain.b64}dGVzdDEyMzQ=", Common },
        { "{CLEAR.hex}7465737431323334", Common },
        { "{CRYPT}$2y$05$.Fz3UIkGF2sQB.68xZ6r3e5hOwwjceUW8cii.Z4jhAHWLOi1QQprS", Common },
        { "{SHA512-CRYPT}$6$qy7/6AEYsYBtdx9f$i8x3J7uiHNvv6bKRtVpHx9YjmkWtrDgcG/PtYlhNC9KjGzCzdjc3m5ryMJ4ZPQBDTfNWGfAQew4enRs6JD7O61", Common },
        { "{sha256-crypt}$5$k5KYu8qIdk06HJkX$VdNQqhVhx5asyMwF./2Q6I3WmIY6KQmCCfKTGNqwwJB", Common },
        { "{BLF-CRYPT}$2y$05$TP5JXSc9TczYuI4cuvHDdu.L9ByJ6oYXHS93QwhLmIhWzFfiJo8ca", Common },
        { "{MD5-CRYPT}$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", Common },
        { "{MD5}$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", Common },
        { "{DES-CRYPT}yjrDWRYt3zsw6", Common },
        { "{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$v/eJ43Jrmt3PrA7Jc956Qg$n7vuN5vCWk93A5VQqlF72WzTjIhRpGdSb4ShV9iATH8", Common },
        { "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$C8KEGW27MHtYnW2kHjAAYg$fRwGZocWjjUPhl8EEF0TOGCJf6vLqdQ1+YFseIA2C/o", Common },
        { "{SSHA}L/KrbvqTyEz4yJLo05nMCUu4n8f6W3Ej", Common },
        { "{SSHA256}8sMxjFloldVa4zh1YUo7NSLJBP29E0JsYqCSpoWSEL9SCvY9", Common },
        { "{SSHA512}fIgqTVXEoK7RZbIcWDcI+/poNbvEwI0y+Qg9YyI/SsvXVtZnm3F2W8tv5YUteA0HJ/NFa3AvYLiYfpA9W0OsgQnq1lM=", Common },
        { "{SHA1}m8NFSdVl2VBbKH3gzSCsd74dPyw=", Common },
        { "{SHA}9bc34549d565d9505b287de0cd20ac77be1d3f2c", Common },
        { "{SHA256}k36NX7tIvUlJU2zWW401xCa4DS+DDFwwjizexCKuIkQ=", Common },
        { "{SHA256.HEX}937E8D5FBB48BD4949536CD65B8D35C426B80D2F830C5C308E2CDEC422AE2244", Common },
        { "{SHA512}K74MSLkafRuKZ1Ooucvh2xa4Q3nz+R/hFWIShN96SPHNcem+uQ6mFMe9kkJQqp5EaoZnJeaFpl310TmlzRgNyQ==", Common },
        { "{SMD5}cQD4zelDx0m4qLQvW8h/weKZB9k=", Common },
        { "{LDAP-MD5}Ftek/KdELdo62TyacmWX5A==", Common },
        { "{PLAIN-MD5}16d7a4fca7442dda3ad93c9a726597e4", Common },
        { "{PLAIN-MD4}0dca84c7e0629fa55299843c4590033a", Common },
        { "{PBKDF2}$1$f5.Sx5uyrkpUq5Ew$5000$02d8c922593890564e4258a5d29a3b4f2550e64a", Common },
        { "{SCRAM-SHA-1}4096,SpItG1eROq7Hsthqui2T+w==,5egvKHpA2/mRmD6hMYHUcOehw/0=,KIBTRfeiTkEssiAVnbxG1NsTNAo=", Common },
        { "{SCRAM-SHA-256}4096,UMnHTALjQ4hNW05+MVb3CQ==,Gf9HEgua8yQl6bWL5d9mJsRPged3NM4z4eA1L4dCMLg=,hqvrCGGex1565NipI7EErxJYzJXc2ZzSbeq9Z2sNfeM=", Common },

        // crypt(3)
        { "{CRYPT}$6$rounds=1000$abcdefgh$2QGwrpar63xobW2OkPr27vBLk3zMY4wm3h/k0hrtfC.u.w/Q./cOqJTEygHhN5QECG2L8x2sin5wuWHoX6Acq.", Common },
        { "{CRYPT}$5$k5KYu8qIdk06HJkX$VdNQqhVhx5asyMwF./2Q6I3WmIY6KQmCCfKTGNqwwJB", Common },
        { "{CRYPT}$2a$04$abcdefghijklmnopqrstuuLh.u0i9s7CZ1oWJo/0Np1o3jpePMew2", Common },
        { "{CRYPT}$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", Common },
        { "{CRYPT}yjrDWRYt3zsw6", Common },
        { "{CRYPT}$y$j75$abcdefghijklmnop$82a65NezlbAX5rbpCLXQEIiE6jRAaJagiZrShiOwEL1", Common },
        { "{CRYPT}$y$j9T$abcdefghijklmnop$6OwLcuma0yQBzVu7hk6uYLJSUkpaWGAlDhrJ.G6kvJ3", Common },
        { "{CRYPT}$gy$j75$abcdefghijklmnop$4G4r.4BXu0QB/5YnQmx/ZcuWnROMKuErcBBLbyXYeW6", Common },
        { "{CRYPT}$7$BU..../....abcdefghijklmnop$W5uem2Vbbln17U15lJP2ccnfY29CbBk.7zQZ7f4UvN5", Common },

        // OpenLDAP
        { "{SSHA}mY7zuYc4trYAyZ+XnSY5sN93XC0YMoM8", Common },
        { "{SMD5}2j7rBExL9z6rKIcKa89og8sdFpg=", Common },
        { "{SHA}m8NFSdVl2VBbKH3gzSCsd74dPyw=", Common },
        { "{MD5}Ftek/KdELdo62TyacmWX5A==", Common },
        { "{SSHA384}79tSmRME4IP928nVGEwcfzcIGBkW62TQAjEZc3GU2TBldu6VKbB/+TQrW5bpUvvAjMsrA4o/tpY=", Common },
        { "{SHA384}JUIdfH5v1qpx9wc1PMNAj6H7MW5pgTZVOw4D7qh1p4CGcOFoMASCIoMHoJUE1/3U", Common },
        { "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$uB2FWt4BmTR2uYiTcrtwbA$p0c0m+UXMpJzGwS30OcQL7jFJFILTPQL+0FfSIkxcaE", Common },
        { "{PBKDF2-SHA1}10000$QJTEclnXgh9Cz3ChCWpdAg$9.s98jwFJM.NXJK9ca/oJ5AyoAQ", "secret" },
        { "{PBKDF2}10000$QJTEclnXgh9Cz3ChCWpdAg$9.s98jwFJM.NXJK9ca/oJ5AyoAQ", "secret" },
        { "{PBKDF2-SHA256}10000$jq40ImWtmpTE.aYDYV1GfQ$mpiL4ui02ACmYOAnCjp/MI1gQk50xLbZ54RZneU0fCg", "secret" },
        { "{PBKDF2-SHA512}10000$/oQ4xZi382mk7kvCd3ZdkA$2wqjpuyV2l0U/a1QwoQPOtlQL.UcJGNACj1O24balruqQb/NgPW6OCvvrrJP8.SzA3/5iYvLnwWPzeX8IK/bEQ", "secret" },
    };

    /// <summary>Stored forms that cannot be checked, and a word of the cause.</summary>
    public static TheoryData<string, string> Unreadable => new()
    {
        { "", "no scheme" },
        { "test1234", "no scheme" },
        { "{}test1234", "no scheme" },
        { "{PLAIN", "no scheme" },
        { "$6$salt$hash", "no scheme" },
        { "{NONSENSE}test1234", "scheme is not one that is checked here" },
        { "{CRAM-MD5}8cefdb4a4c942dabfbe831fe091f7e7c0148b0aad82544f334e3383346aa9562", "scheme is not one that is checked here" },
        { "{DIGEST-MD5}9b4295dd5b1ed4c4d8f5cde3527faa7a", "scheme is not one that is checked here" },
        { "{PLAIN.ROT13}grfg", "encoding is damaged or unknown" },
        { "{PLAIN.HEX}123", "encoding is damaged or unknown" },
        { "{SSHA512}###", "encoding is damaged or unknown" },
        { "{SSHA512.HEX}00112233", "damaged" },
        { "{SSHA512}K74MSLkafRuKZ1Ooucvh2xa4Q3nz+R/hFWIShN96SPHNcem+uQ6mFMe9kkJQqp5EaoZnJeaFpl310TmlzRgNyQ==", "damaged" },
        { "{SHA512}fIgqTVXEoK7RZbIcWDcI+/poNbvEwI0y+Qg9YyI/SsvXVtZnm3F2W8tv5YUteA0HJ/NFa3AvYLiYfpA9W0OsgQnq1lM=", "damaged" },
        { "{PLAIN-MD5}16d7a4fca7442dda3ad93c9a726597", "damaged" },
        { "{PLAIN-MD4}", "damaged" },
        { "{MD5}", "damaged" },
        { "{SHA512-CRYPT}$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", "damaged" },
        { "{SHA512-CRYPT}$5$k5KYu8qIdk06HJkX$VdNQqhVhx5asyMwF./2Q6I3WmIY6KQmCCfKTGNqwwJB", "damaged" },
        { "{SHA512-CRYPT}$6$salt", "damaged" },
        { "{DES-CRYPT}$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", "damaged" },
        { "{DES-CRYPT}yjrDWRYt3zsw", "damaged" },
        { "{CRYPT}", "damaged" },
        { "{CRYPT}*0", "damaged" },
        { "{CRYPT}!$6$x", "damaged" },
        { "{CRYPT}$sha1$1$aaaa$bbbb", "damaged" },
        { "{BLF-CRYPT}*0", "damaged" },
        { "{ARGON2ID}$argon2i$v=19$m=32768,t=4,p=1$v/eJ43Jrmt3PrA7Jc956Qg$n7vuN5vCWk93A5VQqlF72WzTjIhRpGdSb4ShV9iATH8", "damaged" },
        { "{ARGON2I}$argon2id$v=19$m=65536,t=3,p=1$C8KEGW27MHtYnW2kHjAAYg$fRwGZocWjjUPhl8EEF0TOGCJf6vLqdQ1+YFseIA2C/o", "damaged" },
        { "{PBKDF2}$2$f5.Sx5uyrkpUq5Ew$5000$02d8c922593890564e4258a5d29a3b4f2550e64a", "damaged" },
        { "{PBKDF2}$1$f5.Sx5uyrkpUq5Ew$5000$02d8c922593890564e4258a5d29a3b4f2550e6", "damaged" },
        { "{PBKDF2}$1$f5.Sx5uyrkpUq5Ew$0$02d8c922593890564e4258a5d29a3b4f2550e64a", "damaged" },
        { "{PBKDF2}$1$f5.Sx5uyrkpUq5Ew$-1$02d8c922593890564e4258a5d29a3b4f2550e64a", "damaged" },
        { "{PBKDF2-SHA256}10000$$mpiL4ui02ACmYOAnCjp/MI1gQk50xLbZ54RZneU0fCg", "damaged" },
        { "{SCRAM-SHA-1}4096,SpItG1eROq7Hsthqui2T+w==,5egvKHpA2/mRmD6hMYHUcOehw/0=", "damaged" },
        { "{SCRAM-SHA-1}4096,SpItG1eROq7Hsthqui2T+w==,5egvKHpA2/mRmD6hMYHUcOehw/0=,!", "damaged" },
        { "{SCRAM-SHA-256}4096,SpItG1eROq7Hsthqui2T+w==,5egvKHpA2/mRmD6hMYHUcOehw/0=,KIBTRfeiTkEssiAVnbxG1NsTNAo=", "damaged" },

        // too much work
        { "{SHA256-CRYPT}$5$rounds=1000001$k5KYu8qIdk06HJkX$VdNQqhVhx5asyMwF./2Q6I3WmIY6KQmCCfKTGNqwwJB", "too much work" },
        { "{BLF-CRYPT}$2y$15$TP5JXSc9TczYuI4cuvHDdu.L9ByJ6oYXHS93QwhLmIhWzFfiJo8ca", "too much work" },
        { "{CRYPT}$2y$31$TP5JXSc9TczYuI4cuvHDdu.L9ByJ6oYXHS93QwhLmIhWzFfiJo8ca", "too much work" },
        { "{CRYPT}$y$jET$abcdefghijklmnop$6OwLcuma0yQBzVu7hk6uYLJSUkpaWGAlDhrJ.G6kvJ3", "too much work" },
        { "{CRYPT}$y$jjj$abcdefghijklmnop$6OwLcuma0yQBzVu7hk6uYLJSUkpaWGAlDhrJ.G6kvJ3", "too much work" },
        { "{CRYPT}$y$j9T1$abcdefghijklmnop$6OwLcuma0yQBzVu7hk6uYLJSUkpaWGAlDhrJ.G6kvJ3", "too much work" },
        { "{CRYPT}$7$FU..../....abcdefghijklmnop$W5uem2Vbbln17U15lJP2ccnfY29CbBk.7zQZ7f4UvN5", "too much work" },
        { "{CRYPT}$7$zU..../....abcdefghijklmnop$W5uem2Vbbln17U15lJP2ccnfY29CbBk.7zQZ7f4UvN5", "too much work" },
        { "{CRYPT}$7$BU....zzzzzabcdefghijklmnop$W5uem2Vbbln17U15lJP2ccnfY29CbBk.7zQZ7f4UvN5", "too much work" },
        { "{CRYPT}$7$zzzzzz/....abcdefghijklmnop$W5uem2Vbbln17U15lJP2ccnfY29CbBk.7zQZ7f4UvN5", "too much work" },
        { "{ARGON2ID}$argon2id$v=19$m=1048577,t=1,p=1$C8KEGW27MHtYnW2kHjAAYg$fRwGZocWjjUPhl8EEF0TOGCJf6vLqdQ1+YFseIA2C/o", "too much work" },
        { "{ARGON2ID}$argon2id$v=19$m=65536,t=999999999,p=1$C8KEGW27MHtYnW2kHjAAYg$fRwGZocWjjUPhl8EEF0TOGCJf6vLqdQ1+YFseIA2C/o", "too much work" },
        { "{PBKDF2}$1$f5.Sx5uyrkpUq5Ew$2000001$02d8c922593890564e4258a5d29a3b4f2550e64a", "too much work" },
        { "{PBKDF2-SHA256}99999999999$jq40ImWtmpTE.aYDYV1GfQ$mpiL4ui02ACmYOAnCjp/MI1gQk50xLbZ54RZneU0fCg", "too much work" },
        { "{SCRAM-SHA-1}2000001,SpItG1eROq7Hsthqui2T+w==,5egvKHpA2/mRmD6hMYHUcOehw/0=,KIBTRfeiTkEssiAVnbxG1NsTNAo=", "too much work" },
    };
}
