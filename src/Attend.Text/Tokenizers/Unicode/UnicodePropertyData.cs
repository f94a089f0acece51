namespace Attend.Text.Tokenizers.Unicode;

/// <summary>Generated from the Unicode Character Database by UnicodePropertyTests (see there); not to be edited. Varints, deflated, in Base64.</summary>
internal static class UnicodePropertyData
{
    /// <summary>Version of the Unicode standard that the facts come from.</summary>
    public const string Version = "15.0.0";

    /// <summary>Names of scripts by their number.</summary>
    public const string ScriptNames = "Unknown Common Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Canadian_Aboriginal Ogham Runic Khmer Mongolian Hiragana Katakana Bopomofo Han Yi Old_Italic Gothic Deseret Inherited Tagalog Hanunoo Buhid Tagbanwa Limbu Tai_Le Linear_B Ugaritic Shavian Osmanya Cypriot Braille Buginese Coptic New_Tai_Lue Glagolitic Tifinagh Syloti_Nagri Old_Persian Kharoshthi Balinese Cuneiform Phoenician Phags_Pa Nko Sundanese Lepcha Ol_Chiki Vai Saurashtra Kayah_Li Rejang Lycian Carian Lydian Cham Tai_Tham Tai_Viet Avestan Egyptian_Hieroglyphs Samaritan Lisu Bamum Javanese Meetei_Mayek Imperial_Aramaic Old_South_Arabian Inscriptional_Parthian Inscriptional_Pahlavi Old_Turkic Kaithi Batak Brahmi Mandaic Chakma Meroitic_Cursive Meroitic_Hieroglyphs Miao Sharada Sora_Sompeng Takri Caucasian_Albanian Bassa_Vah Duployan Elbasan Grantha Pahawh_Hmong Khojki Linear_A Mahajani Manichaean Mende_Kikakui Modi Mro Old_North_Arabian Nabataean Palmyrene Pau_Cin_Hau Old_Permic Psalter_Pahlavi Siddham Khudawadi Tirhuta Warang_Citi Ahom Anatolian_Hieroglyphs Hatran Multani Old_Hungarian SignWriting Adlam Bhaiksuki Marchen Newa Osage Tangut Masaram_Gondi Nushu Soyombo Zanabazar_Square Dogra Gunjala_Gondi Makasar Medefaidrin Hanifi_Rohingya Sogdian Old_Sogdian Elymaic Nandinagari Nyiakeng_Puachue_Hmong Wancho Chorasmian Dives_Akuru Khitan_Small_Script Yezidi Cypro_Minoan Old_Uyghur Tangsa Toto Vithkuqi Kawi Nag_Mundari";

    /// <summary>General categories: run length, value.</summary>
    public const string Categories = """
        3VlLiGVHGf7r8Vedc+q+uu69dXv6Tnff6emZzGQemcxkZqLGZDBMIERi3CTEhQ+Mgg9IFoKgmyGKWRhEETdZKGJw4SpujHEVRBFRIYIGFyLBhS4UcRUDivr9
        /zn3pmcyjibRCQb671PnVNVf9b8fd7FhZi6bCWBghiabMaBvc1Pb7MY2bxh8z5iZmp6Zbli8jfE2PoB9JvuJKZid4j+bEWbmGMnb2CY8rZW5hLk1l0yeGTOO
        Zt2acWWNMdcR7Oucf31gV2O3GsvT4eFX43bOvmKf3bN++R1/LNg8/hunX/f+f52U2j2Y3HWV0xJix4v2tv4V8xdB/9xm76c9P5iyj1PjoWl+bfpIWK2SL4KF
        jHcWWmo8WfmSQRPhSXLGGp61OajHiQxe3T25fY6XUjljTv13OFA42Op68ty+QbZxXYAOG9GCkI9a9W5ki5kYOhFM3wSTbQcmVDRnT55tThTm4v/MxGZbkszO
        XV6w8Q1PQ1P7bNmEDzK+cwzi90KwHliKD5ab2jHO4EGGps1hq2GL58HSgwxMPKCmPsA11psCv+txt2AnhX0wvgY4AORPQ+zexw4jnEKJmdbZTANDc+eBqnAU
        t1nH2Ytg4jmcYSKAXayCx8hGuVnDNog3BwY/ZP1KFYMDgAJMEYA9QjO1u3F/slFA3isyEXaDVU4w4ebYOQnJCAeFelktJ1NgfxlWuwLFTC7agBVY74LDl4gz
        5ewoOIOT++emw1XreeYyXLy6IQNbu07uiK88lFP0drjRJOJLwJqrU7sXl3LsMoqjYr6cYoluITXtDtDp9G4eT6sUCE6n4AA94YPyH+9R6G7vGMBJkbxLQXhX
        GPhkruponQFGSxpFguATTmlvJHcBDruiEzTmmDTuCpV5L5bmCgo5LnkBKgVfDEvJtPTJW+yJbOKS80cx12qDWVEBbMXLbIxpyZsadxCNbPFn0A8dVfnJbSOL
        pLEnOpUHpIGzIW/hUO7RKbk9tNSTmQCLr0QHkHkcWnGWAevduNHVsBBglu/w8ATbU3yeF6LHBTaDjMQVG0Jp6kY4FFYgGQ7ARuHWLuQ0gKxZrZ/FMmlXboiV
        kBB8BGdf5C7H2AofInQqCo+EM00dcmAZQw+UU6AjOthwXyWC81uORUhcNKAc1qgDqcMXHRM/hKj0Y6uKZDszbMdHu+eBq8zBhOkt3fhOFlOq8yQ5KE5TAt0P
        1EECXv+PsC3wYY3NbIOFZkf3sMuuqWBvWW4caxqLjKPNNb7Y0KN+J3sZ36JzMVSqySmIn5I8UfUNHIcUU6AAb+qzE/8X5NtByPAsToD2hR2xaPisu7ihbcEM
        nYadx9Y6AjQCUi+wG0h8SyWa6DhkssGiIQZE7ZSZaJnaj81nO2uNrSbpvSrgacS69HSBmMXPW5FsNQo3k8jtJvWNHDpbkH3QS9hQbkodasi49SdbrL5A5Ivb
        iRc/rjut2ql+ixX5vMsVTpZ1jhi3F7sXGoIHL22kYxCDM1WuxIJzX+8MeYSg+mtUf5iO2zt8H1nKjj3kL4T/+xh73aB+U9BQGTHUAE2pMK4ue2+z05dBZgdW
        V7olIPMkrR6c1Flu6lbvbuqxVsfkphUUzk2hj6t55MCUZkhHUOWhZlsDav1vRlU262Yfz82s1hnkOD0nFSH8R2orw16TDfbC585R1yFzCcnpPPKi5Yj63tGB
        yZD6wYMsV/XCUDIu4wF4at2jdUX7PoZZYGRW4OWpWT+sxtpipdxBju2tVpZFdo7SwUZrg8Yki6jEYy527Nt5hQjYxjcZGx0/bsdw7l0QmGAq6tu7MblV9o2P
        lDC+WPZRKlO6Ld1bSnpa9tWAc6UaP4znS2a1/2qwlY4XViZsj682PxpfsuUzZnwtHFfCHavVCx09asenyhRUhfENxdICkeoj5VRXd7grsnW/yuChXd69Kezf
        WtWWll71mwyfDC3Ih8Vy8CY1362IQsgP8gCxYca1BtFrwSJ01gBw7Uj/19oNQZ2gb0uLuVxEjJjTZItIqOsGfVQMXT9lL/R3aAPSerD06HlTNqgHtdXmS8FF
        2TRXk759pb71YbBDU+pGQpXps8dhjWLAsYbulyQx2KmVL/334KvzEm6Ogcj3SnAvPjVlwbu4xoi3saNJW6VCojRMi9KkG/B81pZnz/CF8pUngcP/RaLl+VLT
        EY1wj8OjIBVAxoFSYEL/U2GzuA+khFJ++ddc2qIsQxLSICVDSJ5Na69tgH+x3r2x6u2ra5fke+/Or/bG3MG11iybLdxKljrovq6Ta+XAWGijyAcgyc2M28QJ
        LhhpUUhaYiMnvYU9uG7jaR5hvtJ0L1BGMgTNF51lSd72MxKqPEMSjmQTpc2mFFNd6ma7pMzFvpTTHsU3sLCkZr6GFrKWK0HXCNSSxEpZJalbWxxAW5EWojxY
        lnynuS2zpARiLXXkfV3KDqh44i7Rz0ondjQo+2wHLzsTpPFT72uViqf77EFuC7+2JNMUVZPSJx/gHiozTzcDLo32Xzq9+ScpST/KhynaHrFwW/jAZtzvih6z
        p4T+OK9NR/QHDOECRuUCtp4T/1YWqDbRuy2jELv+baCR1DN92/t3gcXqDmTvEuNJfdeeWY37fUR06T2gB+L1Uo9J6YVkn15Ly7hbrUeDUn8CvN2GnF/mrNUC
        2k6wFk1kPEGiR6hryM2RBgixKA8MCpeWL0PsGPAOfRr+zeGKJ1A01OVs49NasQnSpj4KDFNuohPQykcNiVrdjG6BCfPkacE+1TSB64WyNEyHmQPTljA/S3WI
        r5mbG+mIOWLv5VaUu+gi7loPX1hBtUVVE/KsISC2HUVKMJghIGrGdSc9jZIVzYcG6NYpoGS9EVD7i0qvSPl410AQ3s708Ar5mS0xbeOQOp3q6GXihL4gaDR5
        A28mX0CYgy0ky6Nk6WQSjZZSBgFRbFKLuU2tEhFpQp0i1TnKl6QWlhZCYtnP0pjhFFEInsM9Yi7YU6UxzqhShqJ5lOox3Ud383k6Y/p0BkVOSGAR7Lmpv2lp
        O4EsrRy1u8b34MhNRvUNAgqM2ifOBVUmrpUP05RjmpBE5dYYz/IQ+utpklD3qUkazIn5n2j7UWKM6L9BR2GIZm7RFYsqDRd2Weq6SrsAXsw1ypkHxW1kwSIu
        6RSw1OJG4Ip8aA0TJ2nvTnR/khLupr02rfHami9krdbC7XsKcKMFOJQXdiauSXptrDex1+g1KV/UNfjYdprQLeg6Qiy1Mt6i1JLh84bOagPPSsNENjCrXakZ
        wtdukRAT2jn1t1YumYVoSMLgVm0Hbzk5y15qcd1WrWgT15v03v08ltSgq6dD10MU+pr6HLqhojxt9wPBX5xpkoQl8jOit8JWLWfzQ7QwCyvtoJ4yQXS56hiw
        zqFtPbVNu7YppX7YQeOa+i7dccOy9ajNy1Y4Js6BqQlHWC8m+qZNWqPe3oWT3F+Rw7kP/YRa5Bfb/tMhbnsFS5rASBw2TtJxkH5DkT6CrOg4dfdKYoeB3mm3
        SjpvUYNDpdwK3YoFS09NZluOCn7RyO9YbapI5NC2Ha4g/nwHImagXC7uQ6b3a9tymqriJ2ulD/k+EfnD9HADjUH3+QeGfzqhD6AT3aenKh7NpX0wDN/aph95
        fuZOesbjQGmrtNHwXToKpI0UbaSeQltNGlgeSbApjbb50DCE8THu+BSrwGbJ5w+hM+S1V3g+wtRD318g6zXhCglXHtBLN0G7nq/5RvD19xfJS9sNgEX0DSve
        lDe7/uQANlLR444/m+ljOKgPd1ILZ2S2iKL4+a936STkPEOc/kS5jV6Uy0klc1sRkboSYjWHppYYttBLfzuKsXcUGEP5FOy0p/AActF96THEArNhN4w42mxl
        3P6oY7XFJk8pgSspGzWLkXVJ14mb9lJqd257+QWs14LbdV9b/FfCfpQX+/BT5j788BPsfzpqf4o6XV/y5Xzw5XSQPuOgSGeQ81CERsPwHNQMudXEQtXsL9vu
        5lqw+hRtk/h0uz8AaT1CJ8RVh+itqoD0Zp+1ErzCmrTR4OAQISbPOdiw8fL6O1YF96vYaeiHYqYIC+Eo7ZgdmD9Wdgr1pUBvQ02An20nPr0TkVXqg++32+cd
        CtMFsKZDaxTg1dh34xbcFeuvhOWc77ym34NPcK9JeO886RrfQnb8BUvHUT09hBpmCNUZItILHIIq9dPXTbmVNmFSsqQuMMQyoFCeMPRXdN2nv2J8XkNeILnB
        JzF+H7JUrcXKUJ+3FkgB347guVXkx6J76RcWRw3wIpsE50kcF7Fg0J0h8GVUciiUDoGFn6vohZ9Z9KS/twBDfiPUPXoC5vHtt/LX1umrnn+b6CfIN+iFBf/8
        u8cQ1Lbo/fNLhv5swhf/5ujv/3Cbtvv/Tw==
        """;

    /// <summary>Scripts: run length, value.</summary>
    public const string Scripts = """
        fZZZkF1FGcf/X3ef0+ecu8+duXfuneXeuTkzyZlklixkFjLJwJBJQlYISQhLCAYCIQECAZF9CFlMCLsSDEgQKUoty9IXFZ/Q0vJBrcIqpXywLMoHfbDK8sGi
        fPDBf59cooWWD7/ur7/T6/d9/fW5SurKJ2MiqkA8qSqRBvmxVovFo0It6pSjidEiWiu4WrSBpLXTiZPRSdbp/ERRnxSjkm+KEQx5CiuI9gQTfoAe38D3M/Cs
        iE/yRJMmiWwmqVtJjlBu2XwgWBNwZDBuV4R5XHk15atHr1coXC/ovU1BbhNkAg8NK1DWx7Uc12evi0xSiJTUI5MRBBkFRSqULZGMhmE7bOtNJqDOUBZ4bNeI
        zgr8LHVZjqNsiboM12Xttb/rrGbbwlDn6lI2gs4JQuLqCrFEES+nELX1mrLkCjCsszmb9tF57jfPfZEKZUsU8dgO23qdt8Rc1nfkI9Br8AsamrVh7dpCVCo7
        vUa2YOBd7sO1Cz7Jo6vgIVfk2qRKikWu1W6booVKZfYnhkTUhcVciVpSJRHxShzV1pkSR5V84mSVftelLHIdrMnKdu13GBQ7FOquXRZ0lDW6WYdEygqWbSkz
        WtI2LVP2EVGvy1lMdzL6pLdzEKqLX4lHuttytUulbSdbErFtuprYWBHEFYPFaS0oEFsxoiqDeFuqQ90c0u0RhaXdIqZ7QdU21XmKOnfDWtpy0q4H/se3Auup
        tjxHmnWNet3H7h4Fnyx4vX19Gpv7tWT6LSrDIWS4a6mSEJ3LaKQRGoOokSz2NWi8hp+imryOTZHOpo+9TYulTQ/zvREao4LsqEmRUbp5tH+Mhx/LYNmkQX3S
        R2aSQTDZbPSuZgCtXrdN0LdNIbON85I85UayHFvXaoytFczOrbo1gLl18hqNAtHXjK8PDdejTXR3MBdAJyI5YhMjkvhEi2Lbw5DytJjlLA3JKTHzSvRssqBU
        hVnDJ0PtOmhnjE9pUHcF6wLJp30EZdYus4QkyyX2CG8705NKSyYq5JTGgBQwkBQwlKYhxUQmqoeUJFHcDc57UuOALrxtZUFd8Xd6G7QjDsn+qaZ6aMKDnfhP
        x09OM3qn85Dpaj1MPfv/aJp90kI9FuyNs/hI4jq3yosmEjM1xjUJY5OoWiAmprWwe4A+SGiUAZGbWqxbHpYuEuyr8eJJc1EsWRRbDbZmpVG7TsZaIje2viHy
        wcp4Vhbelfj5cFBjYjDE+M5vq/lO7Dc33hCgJQd52FnlQSkehXiqG3k1cqVGJD4mrwowvyFAdoOPZjS6kXvbGG/KQDb11TS27eIYiXYxqexqVJmmt4bIb2Xs
        EbO1WZ3b3g1ve3V3BJ8BfYl/m4ahKyGPYri0wY6e0d0cudvHu3tqWVRrBstrJ67GX1WscE88BKuy8DwPdZ+bJEJUm8g/Zov4i7JKdliF1dZCbBNFW0zcKfKJ
        MotoxTIxzspM+6eFHXkc+vTSI5aRiEYboXEbPJpfU5fRbPOBIBEdxKw7LqiTMlGkMK6QH2/h8XEPLnJGRCOU7Yy+HCXRY9RIcpz351qN5ZsLkKSH3eKhEHqo
        ZzE9+QUP/ct5pOXxGoP8mmHsWDK+on8l7bHSR/xF19kVS+4JsOouWv+uzNe4n4IrrCuUK/5bN4cfqPtCVO6LENzXDZ/uHSahWg9/FU+/SrCMqFXcZdqu7OHX
        Pc3PNx4OED48jvKCm2iBV9RbkN5Zdputb2G4b5lF83Pdtxt03q4weruZYa8ZDwFrTfpmaLQZg2iGKZ80b2w+1MTio8w2R0Os3kFz7qjs5WXeW76Jo27qeJTP
        4KNZ2Ed3YNPNE1h5XHKusPCPy5JXJED0iryn0ud6+E1uSb9JN6g3ZTO0XfIlfh9+VSqovyVD6P2KdKL6ZWbFbftotn3Mkvvmbokgt/CJvtMiutPHFfv5aOwP
        sPj+EPvv4O9HOYOOewVj966FfYbziyuMKwquyDzDILrycQ/R4z7MYb4oh7k8qVC2RBGPSBK2v2gih/lSHmaeoGwPa/Z4TnDLaU7onZZ+bHyC53riPcHqx5jf
        Hmth/YMZRA/6yDXLmD7INHtwNXqe4svwlEH1qff5U/OC3IGdT2YhT9oLtIC4IrjgfOSK/rbECL3A80cXZB7Ba2yOuiLzmvRg4/M01s5zNG+xd+oRWiP6hB4/
        yXEjrsifZIj3nWTUNk9xSOWU052STbBn3dSuWHbWxfTlZnjWeecs7eO/6HSuGLwsUcc1XpTv0/YvUSy9Q2XyDmfofUd2Q3YWsKKQ4+/EBbvuIO5fR8usy+Cn
        su6XnTjwVe7yo+C6bzXwc/P0+3N439xg0TjG236MCefY9oucK7rIlfvv5j29O8L8kQjREXqEdB3xUD7yXQ83vyx3YvMBg6kDXP/ALOSMyHOiYnlDMlBxHv8Y
        O8MzLPhn5CP9hgwjPCN/Xg/T4kREEWldVAO6xYs70AfNVCytPDsEOKefkxMdOHyIv0KHeOkP8bSHmPsOGfl9jNFEoZqEeEjW4BPmSSymTdeKTkoSMJfbpF9M
        MsMXZl4/hk5mcMceeq4mpwW7eLwNzpDO0S7ciXsKsi4+02wkuCpNaIyBdrs3bYt7RtjnUtb6jRv4ritWyDnvWb56LBjYz8qHARqKjlO/5egpQWlKpbUi3pSH
        tWYAYo5i5Dynyp/nDNF5ZiF1Xj7gXXxbSph+nalBXpcPNYa/Ln/y0rxuiCLuh+Zn8oBC8YEEW05wZOQKdUJe9nGNbMGM/IS9ead70t9wbtmlZNaRvaSXFF4i
        a9ryJfRn+n+WT7+5OWx7rk/nc3OXrJfO4aXyKvZ/QWEZ93YHHVDgOd0/gmOQTvuOyCTqIgOK8eg6hQxkJXn4vH74naWmRPu4VP8I5dsYkO4lFxra1ZPuflC3
        hHV/6sZtziVZ5NnIpS+FxWjqv4C6S9M7XnVOnpBBjj4V4ONfqbiJHzVjH38QvojHRxi535uOL3bjLRP/MYNfDMUePm7Gv/7hUq7dj/2yIPibJC/9M4N/AQ==
        """;

    /// <summary>Binary properties: run length, value.</summary>
    public const string Flags = """
        fVddiF1XFV5rn7+977l35pw7ycxkMj/3pmkyM0k6k8QmVqGcJk1L6UMFUVFElKKC4g/46MudUGhLrPik4EMVKj4IQoWCjb5UUApqIQ9VfBAJgvigD1V88NHv
        W3ufO5NQ87DP3XefvddeP9/61jqhK66NO3UTWdMSI5ey02trWAmi6kS7Cr85RiErqrKF8dsMC0NdkEL5UjFa6bx7SdUeYdfnqgd44SAB0xk2ldw508y2qxzD
        +CjGLf6p/I/5c4b3YeOOetnyCwE7MVwaGrycxMW5jqScDKTmWpfJOR0F9VVYwG0anjf5VdAJTvk8QAPsy7xiNpDMblgUvMXeTW1C7Z18UiFLV2WKK5zZil1Y
        X8ZZ57ERbzOMHPeM5YRmPpca/ljFXSWtnJTi/a4O/JD7J1Uo/VLQ9gqOaquQkLU+5Ji5FlJ8FvyBUrGRNNiCRfG4ks5apjfMhAyGUg21HTBEXMvBFQ9n5OLo
        YY2ShkLzLBZQ3PFaqJbfJ9NiooehgSzJWkdZwU75DJIrybAhym6xipCFOsmEF4Qh7GXC5UBB1DNrixgq7KOe0dXU7jjtCQiCvL+1R6Xw/FFrK1rUW5uZ01Qb
        IsO8n5k6OX5dQpazOdczgDQXiwGuxUpLc6NigGPYxsD/4JNRxHfTG8N4SRZsQAlDkaHHVA/rovPQHZ4eHDEk3hr3xCf/RVmlaRshgFk7ZADa3rk76uZh17nW
        Oi34luHBuWVDXpQ7hqXEYjAPOLgUYfS5vc1SFlW4ewwNRrKv5ru2CgV2lp46XZp7r8BYTfNB2lkGhoCSi36XnRrB7xP8X0GmnTQwxYFgNRlRllto4uToY8gH
        SQRSX6ahfGBWWqgwIRSZvwWXXmbiSZ4mRx9DPrIApvKPyQWuEYIEETKNGjfwEmfAR2jwfpQsQgS0ZwT8gnnUGI42nsP8HWeauz5vbL6Tfqfv824Rv4+l+XWM
        zE8ApUY+jjlB+k++QPK7NdzyLBZqUOc42tkEWeKsqW1lKKOEA84/QCwgVt6QVDNBjaHUXyCrdeob8FdF1IVTZl0hT8Eu8jQxjPRtc0Ne2Wb+mGxaFGs5Dylr
        egWodYbSXB41xPIu7WlHPU654Jkx/qyQeBaBBGgRLjIg7R6WYtAKO6uN100Jfmg0sKmWyoxEQwTR3+dxQk0r7s+Ca4ZyWj34MWbHcVg+wIoDmivEAq6EG0kd
        I3iqYmHxJesMgsssKeQt1bMoFrX/rjNnO6sj/PUpQP0YG/M98OHoBsJ8zoCRYLIj27L4z8VtefxX9UfczHS+94hy0d2kSzs3dN2quGsFauyeqGs6ahdZbaSX
        ZerbFGNnfMILi1g+pSdwsiEhWlt9LfA+tyK8oz/MqMGtDMD5dy249zUnfyPdIQXgtOE9UP+g1W+UQ7+iwfD8oDEJUFfvAIGORp9AhMAexne8n1BH3pntn7JU
        KCyXPgO9JrqPdJjl8tZl7eSVn6pel0ew/xUSdYOAOz0meyiNoFOWUMDXhY8A+g/jEidfxOgg7pCkVq1y4ioCIqxYkgNssGQJlgN+7SVtSJphTcaeGRhLg4aB
        rGuBWuQA/dogO5QNxjTB2SXIAo7NggWl4CnoWBg1l+mtA+2QPLwV+TGkWQkKly0JM2s8eNJSybO9YPmojXxY2zKmmx8YUOM4jADdtoCYfUPd0SLSsP340Sdg
        3gr8fVFfuCbfjkDo0auDe8CsjjT7JLH6pQM9A9lDWFEYjAIeLBgjQqo46MHl5o9woM/rVP7hdAznO7mi21ZPGzBO4ztzx4uxRZym5rEGolzYgicOraKlSzLs
        2DEq9ijILlb8Rbxb0FPyTb2BrHuJrHNTLRYXDZNbgM0IhFUAswWKFanrNBTwhoBdeVWhGRc4tsFNDHxtgg/binv/X5efO/h5GdH0iAhL6K4VzhumKTFyPrUQ
        tGwF+5gZW/pE0npgZ9f0KVjKIt5ZZ0OqLkCIeSLuDasAROPE7NnQh0zrdSD6BBwZpSzBurF+VZ7Rq3IZcw6YEv7kTClwJC54FoI2rLXzOFTDKWOkya4c15Om
        WuTsRxXdst9hq8RKwnVW7PYCmjKDMxl8wo4AkiYOPewKAH8abmV1d36R5ra84yGN/VEwBt/H+WBJgvdTshJTlHemZhOGgVXZE5PLqUvDpGN3xWR4/EiRjHEY
        gHL2mLp273Hre/5fQ8gOQGMPzUrWt4RN37+R97hWoSoW/pYCRVksJGY8uWEJjshQkvatnSpD35Sp8YXzkVHeVNMpttl5erXCYh5OyX4vNPbygdD4MFM0CSuj
        zfo0vk4QdtidWwurqLaV3iaiohOd/zwSacuM1VSeXGy3WD6jeVHYFKI5/Kdt99kYRrzNrf83l7ZouXQQtpWfOdyf4wNJvadzrPHb1nI6snup8hg4e9FZj/iw
        xipfpq+Ti5Zay6z7XI/2h2fmkTgDgdn8W4z9sJKk8bkUU4h7JmomhNTlmty3nTU2aGz5AvawsTmFkBWEdgLLV6Dbc/L9Sr8gX0Ol+LXq74/J50AAr6Pedyz2
        i/4nW/J2rrevy+0c8NnCtucwrJXxNQJU+YBgbSEpCtz4egE3zxRtljX/erWthK1f19cPnHHtgvx3D3j/YwCTBP37DUNob/FrjgykG6nlX8BLL9/K9IWxfBl3
        jJDTbE8G1mjTMXn359PyCIuK/14u1YyU32R0fFN437GDqvwmsgffrjMQLbL6l5l8DFc93X+LpRSgGsOUNFTnidRV+vR/PSVTkVoDrr3LgycsD+MX+oN+vb6R
        y1Ww0yVixaPG+WU29Gjt7uC7G5lV6h9wF6xqgbkqhZ0M/DjqgYavo9XGvb7iZ5j+yiEQaODYUfq7GfTL/XuFqZXPiV7lN4rqUIGinlR+jGPoG8F2nEy7NBHw
        IJ2MMC/7fnc+svv23z/6d3088yPyKLtV+44yB7b6nzzVLo5/5XDEbFXuov+fyC8mWPwLRd28AAj87EP6g1V5NT/Qv9byO5QkuTvRO2+ek0n3WT/T7j3131nv
        Zndr+R8=
        """;

    /// <summary>Compatibility decompositions: count; gap, length, code points ...</summary>
    public const string Compatibility = """
        7ZwJdBVVmsfPd+slQQw9S885M2e6nY7Y3aPTDpKXBXDaFiUqKNi0KNpOzzQPEMUQoMWm1VkOi+wIhMUFQSAsCdnIQhLCHpL3Qh77DrKvChFEgu2u8/9/977w
        eCjaM/ZMe8Zz+P2+W7du3bp169aSelXsvG6uSFILkzQ23kggziQ9H++JXyRFTNLweJGVCZ5JykUiWWSQ8ZLrOqYK7RcvBemnTZd7xfR/MtF0rRIxA6rkGrMy
        bmC6DLnLZHxixGR8CvWluqJg1ydRBtyP9P2IA5/8kcl4FKWeQ6HnVok8IXLKJ/KkyFMiHyD1ERgeJ/I7kWeTTNLoeLRrDDWeyqNGUhPQ7OMoO0BkiMgzIjPi
        XkR2ML4lt6OrlCWILAMLEzwJIa5N+FtZjlgD1iUYeRmxIsEn8xMmeeZkyxHXnhOTm3gxUcx6dX0rOoz0ij8zm75f9v1hYjZdV3bdTabguleuE3jedbfIhL/L
        NGU/GP4DY8rhkZ4cuL7kb+QOkZCI3GkkQ+QukUmeyD0inUW6iNwrcp9IV5FuIvcb+blIDjaju8gDIg+KPCTysEhAZCtyt4ERt4r0Fukr8pjIPmTsBwfA40Yy
        RbJENhjsKpGdyHsRhV8Cg0WeFvmtyGxMvI0ZQ9ETSLJXysFSwF6pB/2173+rZSLza5rnf0dWtbhBtqOKPiK7EM6LXX0/kcMIR8FJ8CY4Dc5wH2JNs7EPzyI9
        6p9E5iD9DhcFF0ATuAjeBe9zEzF/JChAP41DHA9moY4JiBPBcyJTELLB1Dju1v1iAqvj5huTNC1ehT2/Lv5nJml6vE+S5Av+JciUjvEmqTy+lbQR06aNeG3a
        tLlGknymrGNZR/Hoso7GVHSswBRd0THOXH891jAq/hpz++1ibr9ezPW3f8dni5Z1bCFJfyFt0YeepIqkiaSLtBNpL9JB5CdoLgbAbSI3itwkMlBYFMeVHm5f
        uoDhKHhMd+0zds/jYMnUEZ+llQ3Wof90onlgyCNe4JY+AiGjk5gS6WS8PrcMEgg7dopnkHU3howOQvsPleUaHZFddDgOMHI/DtJBHsfiL3Q48p9nenQT78G7
        uop5sJuRR338dyfWYtg2DO67DUcyGrn1WgxYsB3sAP2Nd/cdj/DIs2NqGpgLsjPieFzYAY3B92QCzy/t9CzTQXxwcludSBHPr0Y6TdNpehKCU9XITxcvTY10
        e53bXnPgdrRBPrfQdOkiXpcuTPQU6SmmJ6Z7YtrX0+aioY+IeQS5j3SxHdJJ2MxubKPp31+8/v2ZGMrjxAzF9FBM+4ba3Ge4j8wzyH0G09xFfXQLs1p6bbEJ
        83G+yCjIEI8uyDCmOKMYU3RxRonvKmPCoC9McjLwA5ykk1NBGkgH7QC3EeX86LMbk2+C/FQKlUqlUelUO6o91eEm8d2Y3FadrParU9Sp6jR1urqdur1al/Vj
        WZOMo8gPUkAqSAPpoB1oDzrgCEtuSyVTfiqFSqXSqHSqHdWe4hJ+LnFjgM3sTfWh+lKPUf2ox6knqP7Uk1QmNYDKogZSg6jB1G+op6gh1NPUb6mh1O+oZ6hn
        qedwsOIcfmdkDHCUf9EZXHgGbz5iekTO4T31NI5B9UuRR/V83jsyJh7Tc+fjegT210tf9EE9SI/r3+g5eUjkLD5Ur4cYZM/qybBtTkufHUkFGU94t956m5jb
        bhPvtttuG+1jfT0v4Lz8aImRTXvQnDlrTCsZNgun7TyqklpD7aNGzYYmUnOp5dSaHOgk1UiNmA+9SBVQR6h3qWELoFcXQh9QMxZBM6llVA11gDpNjcjlyqn1
        1HFqTxE0p5grKmWRMmg8NYPKpZqorZVcG2445H1q8jIoh1pGnaPeofavYMOpd6hPqQsroQ+pz6iLqziDmrAamkZtpY5STVTtGmhsHZtLbaCWhKGl1JgN0EvU
        AqqaOkKdpM5v4rKb2dnU3N3QMeoDqnwP66N2UvupyXuh6dRSqvEIlH+CK6dWUGuoemoftZ8qPAk9/wY0jjpwGjpFvXyGfUrlUSXUhEZoKvX7t6BPqOKzrJk6
        R+1/my2lmqjlF9i7TdBq6uJFNvxdbgfV9D53xQds5KfQNmr8Z9AqavgwXFcmUlOpcuozatxw6PhI6AzVRH1MTXweepWaQ52jLlDvU5smQo3U2inQRuo49elU
        aMI0aDs1bDpU9TIUonZR71OzX4FOzITOU+WvQgWzoTD16hyohKqgsudBDTmsZT7XRm2j3svnOgqgWYVQZRFUTb1JbSuGDlHHqNPUhiXQWaqJGo4jUvJKof3U
        YerFcugVqpDKq4D2UoephZXQEqqMWkm9Tp2sht5dyY6lFq6CVlC11CZqG/UB9Qk1abXhaIfmUiuoMLWdemENN4uau8b8RJLSZWovY4/gOiq4SAIm6ZUA7rNm
        BjwzNjA+0MuUB9YH/DKsNbYM5N+AAxixELEIjET6eTAKlGC6FJSBcrAUVICZmDcajAFjwTwwDowHE8BE8AKYBCaDKSAbTAVHwTFwHJwAJ8Ep8AZ4E5wGZ0Aj
        eAucBefA2+A8eAdcAE3gIngXHAHTwQxQj/atBxvBZrAD7AH7wCzMP4h4GMxG+jUwF+SA+SAXLAYF7A9QBIrBElAGKsFargNsZFtQzwXWj/ResI99h+lRYCzI
        BlPBdPAamHeDz57R9cQ9jqn9PJWOZ6qImkCVnYmc5V+hhlOLeT4tKban+oB347DWvOKNUI9Uj1KPVo9Rj1NPUE9UT1JPVk9RZ6untubdwbDWRzWOcHGki6Nc
        HO3iGBfHuTjBxYkuTnJxsotTXMx2cWpz+XOICVj+dOuJrU+2LrjhJonXqamcY7CVs0QbP1vDODuFLmOYbjPP5mgYaec12qmDdgoHAgPO6zrviAacrhnybCZO
        EQy4mDHgWsCQv9WuzxZZfUHDC3kaPjihYd4rutxBO2/pQg3HbZM+tiVPVdrMsxqGv6ah3i6307bsrF08287D2ZWhiUG25GNff7wycuWa/J5c43V/8C7cuuGu
        0o+7Sj/uKv24q/TjrtKPu0o/7ir9uKv0464yBXefKSiXgnIpKJeCcim4Q+VBz4N9pDvAIwfxuKgD93MOWsORIWaEeqR6lHq0eox6nHqCeqJ6knqyeoo6W839
        L3GcW3XDMOxt8XEkTGh9UZc/19p87kEynZNneWMzclbkFufgrMgNi1679SKsl2O9iuvpX29T9BqPvYr6OGM1r5LYnzjR8po8j9eZg8xbyvuhvbxyVp2J3MSc
        nou5+Vzbea7ozX28++IlAXsNRyhvqI7vvvIgPsWbmCbeLa3gYi/xBugU74eO87I9nMvWc707OXcWVmRSsBNTsBNTsBNTsBNTsRNTsRNTsRNTsRNTsRNTsbNT
        US4V5VJRLhXl0vinBrff+NUp6lR1mjpd3U7dXt2Bxl2+Dck22MU7Py7eY089LuaxnuJ1fRD30Tm4DV4AFoE8kA8KQBFYAkpBOagAVaAarACrwBpQA+pACKwH
        YbABbASbwGawBWwHu8BesB8cAofBEXAUHAMnwCnwJjgNzoBG8BY4C94G58E74AKueydmy8TFIr6cwLbAx7jwMdUY2BWYp6mmwOsBbJ2Xg3moxbcgsAF5JchZ
        gIh2e4sCi5GSuLxAdWAJSjWgVB5iARAvH/OqNX4cQCu9gsCCAFrkKwicDtTq2goCZ5HDsoVINWlsCmDLTHGgEFPFWCPm+ooCJ205XzFaspYpU4QlJI4uQX2o
        P57po7odjW7O23Y9nisRZ+N6bfMSlFqJFqEW3xL44wB62ytFZJvLMTes8ePAQZSoQMklWm+Fbrtuka8KrbI9ssL1CCPXuNbWY+oD2OemgUsaXa8JB7BHvc2u
        ZVtQL/Z+HPs/sizTyPNtRXxL17kT+6Habpe307bD7AxgVJkdOp97jH3K/t8VmG/3Zdxu5FQFcnWpXZjPrd6LpdfY/WleD2AMeq+jjzG2vL3Iq9Npu9deR6ll
        iPsQMU59BwMLXPsOoCSi2a977CCM9Xr7ba0ake87pD2G3vWYatRYG9iisRFzJO4QylUF3tDSh7Us++cwx0gcvdW18yjHgo/WHvQ172PvhB1zGjl9KpCjJc5o
        73LZM9hu8RoDO3X0NMK7Nf8tHQ9v6RaV6Xa4sWLaVh/FcZ6s9qtT1KnqNHW6up26vboDjVOGDck2+G1IsSHVhjQb0m1oZ0N7G2wtfluL39bit7X4bS1+W8sT
        3dHSvuCOh8TrHXhKzCA8/hncB5lZ4vXNwhkTLkfDujwkpmmlTMHfe6Zoox7uBn+D8qRsJm2UFThh+3Dun7xaZr6mp34z+A480gYrE6AskAnuu1NMN3DPnXj8
        FhggvkzaDL4bZe9mWRXOi1kgE3R+TrxMqht1D/UghELTUE0W1ZfKpPploZoszoSyQB+QiS3J0i3pQxtNZqqzuGnI5gZqMlOdNSNjiPholkcXeZlUN+oe6qlA
        X4mDWC7eRpYcPASrH8LVQ1lgMDpzYE9mQFkgE3RjDz+MGQ9zBpQFMkE3xsUJSEC+QJssPCa68zfYCOyOPn3F12lGBnrE6zQI+X3Zh8+KeQL7rnN3PGQbiL69
        D3RDHU/jdwVs+ICB4g0YhD4cgMdvWb2xXf0HQIPQ3907i28wV+B1744luj8gZgh2fg88vXsYBXvOyECn3UGbZF7WjV+dok5Vp6nT1e3U7dUdaIxgG5Jt8NuQ
        YkOqDWk2pNvQzob2Ntha/LYWv63Fb2vx21r8tha/rcVva/HbWvy2Fr+tJcXWkmJreTwwYDYeD4Rb4NLYYgeuZZvNCH2WhadYv/DJItwt7DDH4yV3M/9g3s2/
        rvF0eftu01JeiHtpDgZZP4Dnmv3Qmf2QgNCjnxn0+pCnW5mLLX/fUuCT6kb4U5dztuU1cuxa+yyYz4B3gv3gADgI3gRnwE9+bLZey8x3Ei0fxfBpDMNaXc6H
        iZfzWQwfxLCg1eUsiuH5GEbGMDqGMTG84JjomOQY63jZke1YHMOSGMpjKI1huWNFDGsdNTGsjmG7Y4fSWooQo6l3hBzrHe+hLze0sgQdDY6tMTQkKmZRYm6U
        d7W65PWJl1zf6pJDUV4f5a1X2NbfbNnY6jKQW6jzitTBqNJhOE/n5uncvMRidVDdoGaZfC2Tr2XytUy+lsnXMvlapkDLFGh+geYXaH6hLlWo+UVapkjTxZou
        1rnFmlOuOeWaU65rKdf8Cs2p0HSllqnUnEotU6n5VZpTpell6motWa3p5ZperukaTddo+RqtocblN6jZ5nU6d53mr9P8dZpfq/uvVmuo1TK1WkNtYp06qG5Q
        s3ydlqzTknVask7L1GmZOi0T1DJBLRPUMkEtE9QyQS0T0jIhLRPSMiEtE9IyIS1Tr2XqNb9e8+s1P6z5YV02rMuGtUxYy4S1TEniebhU3UB7SRsTtzFssmGz
        DVts2GrDNi2/KLFUXRY1ukJXjLFSdVnU6ApdMcZK1WVRoyt0xRgrVZdFjbRQzHi7fD9eue++aE9duV9ym/dFSNcb0vVGej4U0//ab+jPUnVZVD+HYnr78uOx
        OKrf6q96PNZf9Uisb+6TLzvivsqxVvwVj7j/3rEWfXxd/Wj64iOo/irHzhcfL/VXHCnnr3qM1F+xd6L3RWzPF2i63PUw00s1vVTTl29XMKZVUWv01ibaA25t
        4hYX9ZBDnzeow9rbDeqw9naDOqzrbVCHdb0N6rCOgQa1PSc3qMM6HhrUYd3jDeqw7uUGta2nUF2kLo7arlJdV6kuVarlS79B7fyi8pF9V998TbnyeLly2eir
        T27iBufvejxmkefxqC2MiTa/2MWgy9cRrRH1eoVuOhK5VNhFbLtX7upjG4tctPlBN30pFroYjIo85osuizZ/qWvfpah7wlvq2hUdg1GR54oGjcVu2sYq147o
        GMlnvdWun6pdfnRkfcvd9HJXfrnLr3H1R+I6V/86V77OtZ8x7GKDxkLtj0ux2JWLRFtPJAZdPwddfUFXX9D1e9C1n71S6GIw0dN89lO96/96166Qqyfk2hNy
        y0dHm2+3N+S2N+yWj0ReJcI6XgqbY4MbV2EXG9x4CrvY4MZTWGNR87QdN7Z8hdu+pS5WNvdfoYt2+bDLD7v8sMsPuriuuf1FzdNFUful2s2vbS4X6c/i5vUF
        3fxg1HSkXKGrt8itP+hijasvz82vbR5PhW7cR46D4ub1hhNvQn5dIv4uQDs1+nIR9XqDVG2i3sv47BhYghRL65XPV5pYjvt4nON91Ym8h+AS65FX59amdxd/
        aWNSpNKkSNmk5qItChGTqFy33tLEja2Y/iu5GY+7e+F3B4CXw/Be2fUit+MnVEy/BBZ1/GtZiJd9poNp4Nf6z7569W8i/4E5KDUDTAHZYDyYAMaCcWAieAFM
        ApN7efLPIv+CP5c6Xs6vI/9ce9oYtuVWbcv1dvWft1L8bPdjkX/Qt7z+UeSnIj/Dq15GfiXyQ5EfieBdsySeONfq6RM3oXjvbBO1WTNp3IQySeNGlEk6aZsm
        6aTtmoRlHshxzHcscCx0LIoh15EXw2JHfgwFMRTGUBRDcQxLHCWOUkeZozyGpTFUxFAZQ1UMy2KojmF5DDUxrIuhNoa6GIIxhGKoj2G9w/3lLOHLwZ1TTpTn
        R3lhlHOd4zgcW+vIsyMM4+/vI4PTDsSbdSy2Ebnly95NtEfcT/XtxJ/pWO/4db8khcPtV3rE/aseXr2+7temcDz+ux6S/4kf3tCI0T3sySRy2PNg/sj+3CP4
        WUfmg4UgFywGx8FJ8AaoBXhM/o37SQuP7wWvcchMlkffloIyUA6WggpQCarAMlANloMVYCVYBVaDNWAtqAHrQC2oA0EQAvVgPWgAYbABbASbwObePtmCuBVs
        A9vBDrCztye7EHeDPWAv2AdeR/5+xAPgIDgEDoMjyD+KeAwcR538aZW/ohbyfS3AH0T5O+ziO4yMwHicgoGaDaaCaWAuBuiG+6b9mWzFS8XbwCn+Dou4w2dk
        Pqf5aHQhEgvAbjwi3QOycRjsRTwEFiP/BOIxcAS8Gmdfqp2F+Aamn0fM54vN4C1Or8b7r5O28BUnvhqtU5g1mgm+UvV75L7n03H8IcJY5n+CxKdgGArmgUWs
        mw3LRWIs36x+xMhkxHkgB7wM1uJN6hqwDoxnLa+tTgi97P1Jv9X4R2+b+VNt2P+k04w2zJN7PG2MF9UM8xXaYKSf+by1m294t0R9fcGGeV/QpM/tIvNHboy5
        vIvwDYjvf6sZ/2+P/W/b9m3bviFt42vBVT5PsnHZnuq+m5kOZoAXwUuAX6+9AmaCV8EsMJuXeTDHfWczD1wE88EC/RIONw8gF+QB/AIvY7D9pQmXfxdWASpB
        lfuCrhrwy7kVCfw6ELeAgLcUaxLstz32izrcAoI6EIz6tmw9aAAjsJ53EbeB82AXeAfs5vdA327nt9v57Xb+yW7nAXAQX9Fe/fnA/83c0j+XErzlUgrKQDlY
        CipAJagCy8BysAKsBKvBGrAW1IB1oBbUgSAIgXqwHmwAm8BmMG4Tzsv7rkGfYGIvOI30ErAF/CGNiDSg5iorDruVZ7v17QKHQQGmt21EQ0qvmfa95kd1hfoY
        zeijozL3qK3KPTaqjXoUFXKP0ard46wK9xir1D1OizzSK3aP4yrdYzI+CjuXaF84mQfexrrseg0eW3lYn/mK6zIx6zFYh0H9CagrztVjUIeJWt5ELetFLQNa
        mc9pS/S2mz+wLdHba7CtJqaPLz2mu7yfzdfQx/Ffsi+/jnUEfQafV5q2N+OlN+AHKSAVpIF00A60Bx1ujvduvIPfEdxJdaIyqLuou6l7qM5UF+pe6j6qK9WN
        up/6OdWd+gX1ANWDepB6iOpJPUw9Qv2SehSa3qsHH5534v2X6ZSBd/ceNV/v3Zvp7F5Y7IHae/Tg64KYeLjT90w3fEndDZndHvihybh3sPmo14Ze+AU0YJ/n
        fcd+GLiHr+Jv5Ov59QH3qcFMvu1/nF+k6cc2C/Tjyo38PuAYHzDxE4JN/HJyIr8zfIFPrEqYN5t56z6MfL23mC/1n+dnkdX8wGD6IX4WGYR28f8W0A8b9JuG
        MD8r0I8E9JsB/VJgDIvot2472Mbh/BDhQ37CN5ZVDTsY+X5BP3Yo59oucOWVBWxajolDtxdu5q8WSGAlNoFtczlVLoH3a20Ca7GJPWdd4uDCSE4YiRbyErf1
        7VyZ892rns//Cw==
        """;

    /// <summary>Simple case foldings: count; gap, difference ...</summary>
    public const string Folding = """
        7VZNaBNBFOZ7b3eTTbKtgWLxUBGvQqHgQeilgieR4t1Dk7MHDaLeamOIaRV6MVX8af2lWRsRrEUREdKDFhR/QPBa8FQQFYVSpIT6ZjeNMV1TNxtrD77vezPv
        zcy+2ZnZnZl70b198I1Do7GorwfoF28n+RPNSbmulP0F+Qq4xkWNbrNjX1XZZYaQeALIMy5UiiaYJhk3xdMkn2K6y5XHZ5Qxw1yxphnTbtVD1ZjCmjiruu4b
        s9tqFjiCPx1IxqMs/N5Ww3tGeGtDuskyzgKj+Bl0CQvY5cyluYDQAdoPAQ2BBjFIPtdPoZOsLehFj9blhPWWwxjgkzglliUznCG4vA5/7AuGnnWnNEJNyXYE
        +SB9CyfQMrzYWkphY0mllFFKFY12VJGJX0niUhK5JDIOs0ksJTCXwJmCFl7pxj8lrxqztCkldIzLJ/52J5Ga5VIwa+xog7p6P9ZODurbbPMRo+qfh2KcRo5G
        ikCV8ZiqnIPQUtY8FK3YCiBcdhifosfHtfJp4FwaoT3dO9AQHfTA2A3fuN/Wwn/VC7KnfSoAL3vxqoDKxvNIzoDvUvhU8ic21IZklsUu28AGfI6mqE6vv/nr
        q6NB3TA8rgHNSlQlObvmWNaJ3uR1/l3k3JiOcdEx0bSo+HQrr+Od6B3RUtuakQ4gKw2/uJ2EyJC0i5aNa/Ma/mvT+mGymVP/uXkQLcVIqwKNo98L1I8GoDXe
        R2sI2JT83BnwxpYuBr3z3VjEvuD4AQ==
        """;
}
